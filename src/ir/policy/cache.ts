/** The resolved content of a CachePolicy. Times are milliseconds, sizes bytes. */
export type CacheContent = {
  /** `<namespace>/<name>`: what is flushed together. Routes of one namespace may share a region. */
  readonly region: string;
  /** How long a response is fresh that does not say so itself; with `overrides` of every response. */
  readonly ttl: number;
  /** Whether `ttl` counts whatever max-age, s-maxage or Expires say. */
  readonly ttlOverrides: boolean;
  readonly key: CacheKey;
  /** Of GET, HEAD and POST; POST only where the key has the body. */
  readonly methods: readonly string[];
  readonly statusCodes: readonly number[];
  /** A response with a longer body is not stored. */
  readonly maxEntryBytes: number;
  /** Whether requests that say who asks (Authorization, Cookie, an identity found by an AccessPolicy) take part. */
  readonly allowAuthenticated: boolean;
  /** Whether Cache-Control and Pragma of requests count. */
  readonly honorsClient: boolean;
  /** How long after its time a response may be used while it is fetched anew; 0: not at all. */
  readonly staleWhileRevalidate: number;
  /** How long after its time a response may be used when the backend fails; 0: not at all. */
  readonly staleIfError: number;
  /** Another value than before empties the region. */
  readonly flushToken: string;
};

export type CacheKey = {
  /** Request fields whose values tell entries apart, in lower case and sorted; a missing one is as an empty one. */
  readonly headers: readonly string[];
  /** Longest request body that tells entries apart; 0: bodies do not. */
  readonly bodyBytes: number;
};
