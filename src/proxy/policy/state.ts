/**
 * What policies remember from request to request (counters, caches, keys), by the key of the policy: it outlives tables, so
 * that a push of something else does not set a counter back, and goes with the policy.
 */
export class PolicyState {
  private readonly states: Map<string, unknown>;

  constructor() {
    this.states = new Map();
  }

  /** The state of a policy; `make` makes the first one. `part` tells several of one policy apart. */
  of<T>(policy: string, part: string, make: () => T): T {
    const key = `${policy} ${part}`;
    const known = this.states.get(key) as T | undefined;
    if (known !== undefined) return known;
    const made = make();
    this.states.set(key, made);
    return made;
  }

  /** Forgets those of all policies but these. */
  retain(policies: ReadonlySet<string>): void {
    for (const key of this.states.keys()) {
      if (!policies.has(key.slice(0, key.indexOf(' ')))) this.states.delete(key);
    }
  }
}
