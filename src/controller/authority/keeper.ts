/** Holds the authorities of this installation, and replaces them in time; any replica may, and all of them follow. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Authorities } from './rotation.ts';
import { rotate } from './rotation.ts';
import type { AuthoritySecret } from './secret.ts';

export type AuthorityKeeperOptions = {
  readonly secret: AuthoritySecret;
  /** Common name of a new authority. */
  readonly commonName: string;
  /** Other authorities than before: issue from `current`, and publish all. */
  readonly changed: (authorities: Authorities) => void;
  readonly failed: (error: unknown) => void;
  /** Milliseconds between two looks at the Secret. */
  readonly interval?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
};

export class AuthorityKeeper {
  readonly #options: AuthorityKeeperOptions;
  #held = '';

  constructor(options: AuthorityKeeperOptions) {
    this.#options = options;
  }

  /**
   * The authorities as they are now, made if there are none.
   * @throws {ApiError}
   */
  async load(): Promise<Authorities> {
    for (;;) {
      const authorities = await this.#look();
      if (authorities !== null) return authorities;
    }
  }

  /** Looks after them until `signal` aborts. A Secret that somebody deleted or broke is made anew. */
  async run(signal: AbortSignal): Promise<void> {
    const { changed, failed, interval = 60_000 } = this.#options;
    while (!signal.aborted) {
      await sleep(interval, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const held = this.#held;
      const authorities = await this.#look().catch((error: unknown) => {
        failed(error);
        return null;
      });
      if (authorities !== null && this.#held !== held) changed(authorities);
    }
  }

  /** Null when another replica wrote at the same time. */
  async #look(): Promise<Authorities | null> {
    const { secret, commonName, now = Date.now } = this.#options;
    const stored = await secret.read();
    const wanted = await rotate(stored.authorities, commonName, now(), stored.dueBefore);
    if (wanted !== stored.authorities && !(await secret.write(wanted, stored.secret))) return null;
    this.#held = JSON.stringify(wanted);
    return wanted;
  }
}
