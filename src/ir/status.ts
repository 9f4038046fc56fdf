/**
 * What translation has to say about an object. The shell that writes or prints it adds `lastTransitionTime` and
 * withholds `Programmed` until the proxies have acknowledged the table.
 */
export type Condition = {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
};

/** Identifies the object that a status belongs to. `namespace` is `''` for a cluster-scoped kind. */
export type ObjectKey = { readonly kind: string; readonly namespace: string; readonly name: string };
