/** The part of every Kubernetes object that a store needs. */
export type KubeObject = {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly resourceVersion?: string };
};

/** Null where there is no such object: `before` for one that is new, `object` for one that was deleted. */
export type Change<T> = { readonly key: string; readonly before: T | null; readonly object: T | null };

/** `namespace/name`, or `/name` for a cluster-scoped object. */
export function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

/**
 * The newest known state of one kind. Changes coalesce: whoever takes them gets each key once, with its newest object,
 * however many events came in between. An event stream cannot be slowed down, so this is where a slow reader costs
 * nothing but freshness.
 */
export class Store<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  /** What each changed object was when changes were last taken. */
  #changed = new Map<string, T | null>();
  readonly #notify: () => void;

  /** `notify` is called at every change; it must only schedule work. */
  constructor(notify: () => void = () => {}) {
    this.#notify = notify;
  }

  get size(): number {
    return this.#objects.size;
  }

  /** Objects that changed since changes were last taken. */
  get pending(): number {
    return this.#changed.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  values(): IterableIterator<T> {
    return this.#objects.values();
  }

  set(object: T): void {
    const key = keyOf(object);
    const known = this.#objects.get(key);
    // A relist delivers what is already here: an equal version is not a change.
    const version = object.metadata.resourceVersion;
    if (known !== undefined && version !== undefined && known.metadata.resourceVersion === version) return;
    this.#objects.set(key, object);
    this.#mark(key, known ?? null);
  }

  delete(key: string): void {
    const known = this.#objects.get(key);
    if (this.#objects.delete(key)) this.#mark(key, known!);
  }

  /** Makes the store hold exactly `objects`: what is not among them was deleted while nobody watched. */
  replace(objects: Iterable<T>): void {
    const present = new Set<string>();
    for (const object of objects) {
      present.add(keyOf(object));
      this.set(object);
    }
    for (const key of [...this.#objects.keys()]) if (!present.has(key)) this.delete(key);
  }

  /** What changed since the last call. */
  take(): Change<T>[] {
    if (this.#changed.size === 0) return [];
    const changed = this.#changed;
    this.#changed = new Map();
    return Array.from(changed, ([key, before]) => ({ key, before, object: this.#objects.get(key) ?? null }));
  }

  #mark(key: string, before: T | null): void {
    if (!this.#changed.has(key)) this.#changed.set(key, before);
    this.#notify();
  }
}
