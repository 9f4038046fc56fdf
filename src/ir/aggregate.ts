/** A backend that is made of others: one answer from theirs. It stands among the filters of what leads to it. */
export type Aggregate = {
  readonly kind: 'Aggregate';
  /** `namespace/name` of the Aggregate. */
  readonly name: string;
  /** Milliseconds for all parts together. */
  readonly timeout: number;
  /** Of one part's body, and of the answer. */
  readonly maxBytes: number;
  /** In the order of the manifest, in which their bodies stand in the answer. */
  readonly parts: readonly AggregatePart[];
};

export type AggregatePart = {
  /** Its name in the answer. */
  readonly key: string;
  readonly target: PartTarget;
  /** With its query, if it has one; `{name}` stands for a value of the request or of `forEach`. */
  readonly path: string;
  /** What becomes of the answer without this part: it is left out, it is `null`, or there is no answer. */
  readonly onError: 'Omit' | 'Null' | 'Fail';
  /** One call for each value in another part's body; null: one call. */
  readonly forEach: ForEach | null;
};

/** `unresolved` leads nowhere: the part fails. */
export type PartTarget =
  | { readonly to: 'backend' /** Key of `backends`. */; readonly backend: string }
  | { readonly to: 'rule' /** Key of `rules`. */; readonly rule: string }
  | { readonly to: 'unresolved'; readonly reason: string };

export type ForEach = {
  /** Key of a part before this one. */
  readonly part: string;
  readonly path: readonly JSONStep[];
  /** The placeholder of `path` that stands for the value. */
  readonly parameter: string;
  /** More different values than this fail the part. */
  readonly maxCalls: number;
};

/** One step into a JSON value: a member, an element, or all of either. */
export type JSONStep = { readonly member: string } | { readonly element: number } | { readonly all: true };
