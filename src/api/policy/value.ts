/** Values that our own kinds have in common. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { LABEL_VALUE, qualifiedNameProblem } from '../core/name.ts';
import { duration as gatewayDuration } from '../gateway/duration.ts';
import { integer } from '../schema/number.ts';
import { type TextRule, text, textKeywords, textProblem } from '../schema/text.ts';
import { atMost } from './duration-rule.ts';
import { withRules } from './rule.ts';

export const OWN_GROUP = 'headgate.dev';
export const OWN_VERSION = 'v1alpha1';
export const ownApiVersion = z.literal(`${OWN_GROUP}/${OWN_VERSION}`);

/** A whole number, or a string under a rule, as Kubernetes' IntOrString. */
export function intOrString(rule: TextRule & { readonly what: string }, min = 0) {
  return z
    .union([z.int(), z.string()], { error: `must be a whole number or ${rule.what}` })
    .superRefine((value, context) => {
      const message =
        typeof value === 'string' ? textProblem(value, rule) : value < min ? `must be at least ${min}` : null;
      if (message !== null) context.addIssue({ code: 'custom', message });
    })
    .meta({ 'x-kubernetes-int-or-string': true, minimum: min, ...textKeywords(rule) });
}

/** A quantity of a resource that is not negative (Kubernetes API, resource.Quantity). */
export const quantity = intOrString({
  max: 32,
  pattern: /^(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?$/,
  what: 'a quantity such as "250m", "2" or "256Mi"',
});

/** A number of bytes below 1 TiB, as a quantity of whole bytes. */
export const byteSize = intOrString({
  pattern: /^(?:[0-9]{1,12}|[0-9]{1,9}Ki|[0-9]{1,6}Mi|[0-9]{1,3}Gi)$/,
  what: 'a number of bytes such as 65536, "64Ki" or "10Mi"',
});

const UNIT: Readonly<Record<string, number>> = { '': 1, Ki: 1_024, Mi: 1_048_576, Gi: 1_073_741_824 };

/** The bytes of a size that passed `byteSize`. */
export function bytesOf(size: number | string): number {
  if (typeof size === 'number') return size;
  const digits = /^[0-9]+/.exec(size)![0];
  return Number(digits) * UNIT[size.slice(digits.length)]!;
}

/** A percentage, or a number of pods. */
export const podCount = intOrString({ pattern: /^(?:100|[1-9]?[0-9])%$/, what: 'a percentage such as "25%"' });

/** A Gateway API Duration of at most a day; `0s` is none. */
export const duration = withRules(gatewayDuration.meta({ maxLength: 32 }), atMost('24h'));

export const count = integer(0, 1_000_000_000);

/** A URL to which paths are appended. */
export const baseURL = text({
  max: 1024,
  pattern:
    /^https?:\/\/(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?(?:\/[-A-Za-z0-9._~!$&'()*+,;=:@%]+)*$/,
  what: 'an http or https URL of a host in lower case, without a slash at the end, such as "https://shop.example"',
});

/** A network such as `10.0.0.0/8`. */
export const cidr = withRules(text({ max: 43 }), {
  cel: 'isCIDR(self)',
  holds: isCIDR,
  message: 'must be a network, such as 10.0.0.0/8',
});

function isCIDR(value: string): boolean {
  const match = /^([0-9a-fA-F.:]+)\/(0|[1-9][0-9]{0,2})$/.exec(value);
  const address = match?.[1] ?? '';
  const family = isIP(address);
  if (match === null || family === 0) return false;
  // An IPv4 address in an IPv6 one: API servers refuse it.
  if (family === 6 && new URL(`http://[${address}]/`).hostname.startsWith('[::ffff:')) return false;
  return Number(match[2]) <= (family === 4 ? 32 : 128);
}

const KEY =
  /^(?:[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\/)?(?:[A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$/;

function qualifiedKeys(map: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(map).every((key) => KEY.test(key) && qualifiedNameProblem(key) === null);
}

/** A map whose keys are those of labels and annotations. */
export function keyed<S extends z.ZodType>(value: S, max: number) {
  const map = z
    .record(z.string(), value)
    .superRefine((entries, context) => {
      const size = Object.keys(entries).length;
      if (size > max) context.addIssue({ code: 'custom', message: `must have at most ${max} entries, has ${size}` });
    })
    .meta({ maxProperties: max });
  return withRules(map, {
    cel: `self.all(key, key.size() <= 317 && key.split('/')[0].size() <= 253 && key.matches(r"""${KEY.source}"""))`,
    holds: qualifiedKeys,
    message: 'must have keys of at most 63 letters, digits, "-", "_" and ".", possibly after a domain and "/"',
  });
}

/** Labels of pods and other objects. */
export const labels = keyed(text(LABEL_VALUE), 16);

/** Annotations; their values are bounded, so that all of them together fit into an object. */
export const annotations = keyed(text({ max: 4096 }), 16);

/** A name of something in the cluster that we only pass on. */
export const anyName = text({ min: 1, max: 253 });
