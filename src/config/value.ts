/** Schemas of what users write in flags. Each message completes the sentence `--flag: "value" …`. */
import { isIP } from 'node:net';
import { z } from 'zod';

export const ipAddress = z.string().refine((text) => isIP(text) !== 0, 'must be an IP address, such as 127.0.0.1');

export type HostPort = { readonly address: string; readonly port: number };

/** `127.0.0.1:9901`, `[::1]:9901`; port 0 is any free one. */
export const hostPort = z.string().transform((text, context): HostPort => {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const address = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3]);
  if (match !== null && isIP(address) === (match[1] === undefined ? 4 : 6) && port <= 65_535) return { address, port };
  context.addIssue({ code: 'custom', message: 'must be IP:PORT, such as 127.0.0.1:9901 or [::1]:9901' });
  return z.NEVER;
});

export function wholeNumber(min: number, max: number): z.ZodType<number> {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `1h30m`, `10s`, `250ms` → milliseconds, at least `min` and at most a day. */
export function duration(min: number): z.ZodType<number> {
  const message = `must be a duration from ${min}ms to 24h, such as 250ms, 10s or 1m30s`;
  return z
    .string()
    .regex(/^(?:\d{1,9}(?:ms|s|m|h))+$/, message)
    .transform((text) => {
      let total = 0;
      for (const [, count, unit] of text.matchAll(/(\d+)(ms|s|m|h)/g)) total += Number(count) * UNIT_MS[unit!]!;
      return total;
    })
    .refine((value) => value >= min && value <= 86_400_000, message);
}

const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 };

/** `8192`, `8KiB`, `1MiB` → bytes. */
export function bytes(min: number, max: number): z.ZodType<number> {
  const message = `must be a number of bytes from ${min} to ${max}, such as 8192, 64KiB or 1MiB`;
  return z
    .string()
    .regex(/^\d{1,12}(?:KiB|MiB|GiB)?$/, message)
    .transform((text) => {
      const digits = /^\d+/.exec(text)![0];
      return Number(digits) * UNIT_BYTES[text.slice(digits.length)]!;
    })
    .refine((value) => value >= min && value <= max, message);
}

/** A URL to which paths are appended. */
export const baseURL = z
  .string()
  .regex(
    /^https?:\/\/[^/?#@\s]+(?:\/[^/?#\s]+)*$/,
    'must be an http or https URL without a slash at the end, such as https://shop.example',
  );

/** `10.0.0.0/8` or one IP address. */
export const network = z.string().refine((text) => {
  const match = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text);
  const family = isIP(match?.[1] ?? '');
  if (match === null || family === 0) return false;
  return match[2] === undefined || Number(match[2]) <= (family === 4 ? 32 : 128);
}, 'must be an IP address or a network, such as 10.0.0.0/8');

/** `name: value`, each one a header field (RFC 9110 section 5), as pairs. */
export const headerList = z
  .array(
    z.string().transform((text, context): readonly [string, string] => {
      const match = /^([!#$%&'*+\-.^_`|~\w]+):[ \t]*((?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)[ \t]*$/.exec(
        text,
      );
      if (match !== null) return [match[1]!, match[2]!];
      context.addIssue({ code: 'custom', message: "must be a header field, such as 'x-version: 2'" });
      return z.NEVER;
    }),
  )
  .default([]);

export const namespacedName = z
  .string()
  .regex(/^[a-z0-9-]+\/[a-z0-9.-]+$/, 'must be NAMESPACE/NAME, such as shop/shop');
