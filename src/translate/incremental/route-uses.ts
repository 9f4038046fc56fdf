/** Which routes use which objects of one kind. */
export class RouteUses {
  readonly #used = new Map<string, readonly string[]>();
  readonly #users = new Map<string, Set<string>>();

  /** Replaces what a route uses. Returns all that it used or uses now. */
  set(route: string, objects: Iterable<string>): Set<string> {
    const before = this.#used.get(route) ?? [];
    const after = [...objects];
    for (const object of before) {
      const users = this.#users.get(object)!;
      users.delete(route);
      if (users.size === 0) this.#users.delete(object);
    }
    if (after.length === 0) this.#used.delete(route);
    else this.#used.set(route, after);
    for (const object of after) {
      const users = this.#users.get(object);
      if (users === undefined) this.#users.set(object, new Set([route]));
      else users.add(route);
    }
    return new Set([...before, ...after]);
  }

  /** The routes that use an object. */
  of(object: string): Iterable<string> {
    return this.#users.get(object) ?? [];
  }
}
