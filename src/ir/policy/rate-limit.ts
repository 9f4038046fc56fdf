/** How many requests may pass. Times are milliseconds. */
export type RateLimit = {
  /** All of them must let a request through. Never two with one name; none: nothing is limited. */
  readonly limits: readonly Limit[];
  /** Requests that are neither limited nor counted. */
  readonly exempt: readonly Exemption[];
  /** Null: the proxies of a pod count together, and those of other pods for themselves. */
  readonly shared: SharedCount | null;
  readonly response: {
    readonly status: number;
    readonly contentType: string;
    /** With the placeholders `{limit}`, `{interval}`, `{name}` and `{retryAfter}`. */
    readonly body: string;
    /** Whether responses say how much is left. */
    readonly headers: boolean;
  };
  /** Whether it holds for Services, and not for what is before them. */
  readonly isForServices: boolean;
  /**
   * The targets that are a section, so that its requests are counted apart from those of the rest:
   * `<kind in lower case>/<namespace>/<name>/<sectionName>`, with the number of a Service's port, sorted.
   */
  readonly sections: readonly string[];
};

export type Limit = {
  readonly name: string;
  readonly requests: number;
  /** From the first request that is counted. */
  readonly interval: number;
  /** As it was written, for people. */
  readonly intervalText: string;
  /** How long everything is refused from the first request that was too much; null: to the end of the interval. */
  readonly penalty: number | null;
  readonly key: LimitKey;
  /** `target`, of a policy for a Gateway: all of its routes count together. */
  readonly scope: 'route' | 'target';
};

/** Whose requests are counted together. `fallback` is for requests without the value; `reject` is 401. */
export type LimitKey =
  | { readonly kind: 'source-ip' }
  | { readonly kind: 'target' }
  | { readonly kind: 'header' /** In lower case. */; readonly name: string; readonly fallback: Fallback }
  | { readonly kind: 'claim'; readonly name: string; readonly fallback: Fallback }
  | { readonly kind: 'consumer'; readonly fallback: Fallback };

export type Fallback = 'source-ip' | 'target' | 'reject';

export type Exemption =
  | { readonly kind: 'source-ip'; readonly cidrs: readonly string[] }
  | { readonly kind: 'header' /** In lower case. */; readonly name: string; readonly value: string }
  | { readonly kind: 'claim'; readonly name: string; readonly value: string }
  | { readonly kind: 'consumer'; readonly name: string };

/** How all pods of a Gateway count together; `proxies`: by telling one another what they have counted. */
export type SharedCount = RedisCount | { readonly kind: 'proxies' };

/** A Redis or Valkey that all pods count with. */
export type RedisCount = {
  readonly kind: 'redis';
  /** Key of `backends`. */
  readonly backend: string;
  readonly database: number;
  /** Keys of `secrets`. */
  readonly username: string | null;
  readonly password: string | null;
  /** For which a request waits at most. */
  readonly timeout: number;
};
