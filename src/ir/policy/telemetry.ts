import type { Policy } from './policy.ts';

export type TelemetryPolicy = Policy & TelemetryContent;

/** What is told of requests (TelemetryPolicy), with all references resolved and all defaults filled in. */
export type TelemetryContent = {
  readonly report: RequestReport | null;
  readonly tracing: Tracing | null;
  /** Null: as it is for all routes. */
  readonly accessLog: boolean | null;
};

export type RequestReport = {
  /** Key of the table's `backends`. */
  readonly backend: string;
  /** The Host of reports. */
  readonly host: string;
  readonly path: string;
  readonly fields: readonly ('URL' | 'Method' | 'Headers' | 'Body')[];
  /** Bytes of a body that a report has at most. */
  readonly maxBody: number;
  /** Names of headers that no report has, in lower case. */
  readonly redactHeaders: readonly string[];
  /** Names of query parameters whose values no report has. */
  readonly redactQueryParams: readonly string[];
  /** Milliseconds for one report. */
  readonly timeout: number;
};

export type Fraction = { readonly numerator: number; readonly denominator: number };

export type Tracing = {
  /** Key of the table's `backends`. */
  readonly backend: string;
  /** The Host of exports. */
  readonly host: string;
  readonly path: string;
  readonly encoding: 'protobuf' | 'json';
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Of requests without a parent, or of all of them when `parent` is null. */
  readonly sampling: Fraction;
  /** Of requests whose parent is sampled; null: parents have no say. */
  readonly parent: Fraction | null;
  readonly serviceName: string;
  /** Null: method and rule. */
  readonly spanName: string | null;
  readonly attributes: readonly SpanAttribute[];
};

export type SpanAttribute =
  | { readonly name: string; readonly kind: 'literal'; readonly value: string }
  /** `header` is in lower case. */
  | { readonly name: string; readonly kind: 'header'; readonly header: string };
