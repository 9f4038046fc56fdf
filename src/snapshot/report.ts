import type { Snapshot } from '../ir/delta.ts';
import type { Acknowledgement } from './message.ts';
import type { ProxyState } from './session.ts';

/** Who a proxy is. */
export type Identity = {
  /** `namespace/name` of the Gateway whose table this proxy gets. */
  readonly gateway: string;
  /** Name of the proxy's pod. */
  readonly proxy: string;
};

/** What a proxy says that it serves. */
export class Report {
  readonly #identity: Identity;
  readonly #connectedAt = Date.now();
  #revision: string;
  #held: Snapshot | null = null;
  #rejected: Acknowledgement | null = null;

  constructor(identity: Identity, revision: string) {
    this.#identity = identity;
    this.#revision = revision;
  }

  get proxy(): string {
    return this.#identity.proxy;
  }

  get gateway(): string {
    return this.#identity.gateway;
  }

  /**
   * Another replica makes its tables of the same objects, but not always at the same moments: under many changes some of
   * its revisions are never seen here. Then `held` is the newest that was: what has changed since counts as not served, and
   * what has not is not withdrawn.
   * @param tableOf the table of a revision; null when it is not known.
   */
  state(tableOf: (revision: string) => Snapshot | null): ProxyState {
    const revision = this.#revision;
    this.#held = tableOf(revision) ?? this.#held;
    return { ...this.#identity, revision, held: this.#held, rejected: this.#rejected, connectedAt: this.#connectedAt };
  }

  take(answer: Acknowledgement): void {
    if (answer.rejected === null) {
      this.#revision = answer.revision;
      this.#rejected = null;
    } else {
      this.#rejected = answer;
    }
  }
}
