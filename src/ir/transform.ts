/** What an HTTPRouteFilter of type Transform does, beyond what the filters of the Gateway API can say. */

export type Transform = {
  readonly kind: 'Transform';
  /** `namespace/name` of the HTTPRouteFilter. */
  readonly filter: string;
  /** Null: as in the request, here and below. */
  readonly method: string | null;
  readonly hostname: Template | null;
  readonly path: Template | null;
  /** In the order in which they stand before the client's own parameters. */
  readonly query: readonly QueryEdit[];
  /** Names of parameters that are dropped from the client's query. */
  readonly dropQuery: readonly string[];
  /** One after the other. */
  readonly request: readonly HeaderEdit[];
  readonly response: readonly HeaderEdit[];
};

/** Texts and values in turn. */
export type Template = readonly Part[];

export type Part =
  | { readonly from: 'text'; readonly text: string }
  | {
      /**
       * A capture of the match, a parameter of the query (its name decoded), a field of the request (its name in lower
       * case), or what every request has.
       */
      readonly from: 'capture' | 'query' | 'header' | 'request';
      readonly name: string;
      /** In place of a value that is not there. */
      readonly fallback: string | null;
    }
  | { readonly from: 'claim'; readonly claim: ClaimSource };

/** What every request has, by the names of placeholders. */
export const REQUEST_VALUES = ['BaseURL', 'BackendBaseURL', 'ClientIP', 'RequestHost', 'TraceID'] as const;
export type RequestValue = (typeof REQUEST_VALUES)[number];

export type ClaimSource = {
  readonly claim: string;
  /** The part between two delimiters, counted from 0. */
  readonly split: { readonly delimiter: string; readonly index: number } | null;
  /** Whether a client without it gets through. */
  readonly optional: boolean;
};

export type QueryEdit = { readonly name: string; readonly value: Template };

/** Names keep the filter's case. `secret` is a key of the table's `secrets`. */
export type HeaderEdit =
  | { readonly action: 'set' | 'add'; readonly name: string; readonly value: Template }
  | { readonly action: 'set' | 'add'; readonly name: string; readonly secret: string }
  | { readonly action: 'remove'; readonly name: string }
  | { readonly action: 'replace'; readonly name: string; readonly find: Template; readonly with: Template };

/** An HTTPRouteFilter of type DirectResponse: the answer to every request, in place of a backend's. */
export type DirectAnswer = {
  readonly kind: 'DirectResponse';
  /** `namespace/name` of the HTTPRouteFilter. */
  readonly filter: string;
  readonly status: number;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly body: string;
};
