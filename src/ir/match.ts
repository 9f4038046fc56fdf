/** What a request must look like. Everything in one Match must hold (AND); a rule's matches are alternatives (OR). */
export type Match = {
  readonly path: PathMatch;
  /** Names in lower case, each once: the first of a repeated name counts (Gateway API, HTTPHeaderMatch). */
  readonly headers: readonly ValueMatch[];
  /** Names are case-sensitive. */
  readonly query: readonly ValueMatch[];
  /** `''` is any method. */
  readonly method: string;
};

/**
 * `exact` and `prefix` values are normalised as request paths are. A prefix is matched by path element: `/a` matches
 * `/a` and `/a/b`, not `/ab`; it has no trailing slash, and `''` stands for `/`, which matches everything.
 * `regex` is RE2 syntax, matched against the whole path.
 */
export type PathMatch = { readonly kind: 'exact' | 'prefix' | 'regex'; readonly value: string };

/** `regex` is RE2 syntax, matched against the whole value. */
export type ValueMatch = { readonly name: string; readonly kind: 'exact' | 'regex'; readonly value: string };
