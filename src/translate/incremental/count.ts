/** How many of something lead to something else, by both. */
export class PairCount {
  readonly #counts = new Map<string, Map<string, number>>();

  /** Returns whether `of` leads to another set of things than before. */
  add(of: string, to: string, by: 1 | -1): boolean {
    const counts = this.#counts.get(of) ?? new Map<string, number>();
    const before = counts.get(to) ?? 0;
    if (before + by === 0) counts.delete(to);
    else counts.set(to, before + by);
    if (counts.size === 0) this.#counts.delete(of);
    else this.#counts.set(of, counts);
    return before === 0 || before + by === 0;
  }

  of(of: string): Iterable<string> {
    return this.#counts.get(of)?.keys() ?? [];
  }
}
