/** A span as it waits to be exported. */
export type Span = {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** 16 hexadecimal digits; `''` for the first span of a trace. */
  readonly parentId: string;
  readonly traceState: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
  readonly attributes: readonly Attribute[];
  /** Whether it ended badly (semantic conventions: a server's span is an error from 500 on). */
  readonly isError: boolean;
};

export type Attribute = readonly [name: string, value: string | number];

/** Who tells of the spans. */
export type Resource = { readonly serviceName: string; readonly version: string };

export const SCOPE = 'headgate';
/** SpanKind SERVER. */
export const SERVER = 2;
/** StatusCode ERROR. */
export const ERROR = 2;

/** Nanoseconds since the epoch; doubles have microseconds at best. */
export function nanoseconds(milliseconds: number): bigint {
  return BigInt(Math.round(milliseconds * 1_000)) * 1_000n;
}
