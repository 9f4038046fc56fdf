/** Since when proxies have not served what they should. */
export class Lag {
  readonly #now: () => number;
  readonly #since = new Map<string, number>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** `behind` false: the proxy serves the newest table. */
  note(proxy: string, behind: boolean): void {
    if (!behind) this.#since.delete(proxy);
    else if (!this.#since.has(proxy)) this.#since.set(proxy, this.#now());
  }

  /** A proxy that is no longer connected. */
  forget(proxy: string): void {
    this.#since.delete(proxy);
  }

  /** Milliseconds since the epoch; null: it is not behind. */
  since(proxy: string): number | null {
    return this.#since.get(proxy) ?? null;
  }
}
