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
  #rejected: Acknowledgement | null = null;

  constructor(identity: Identity, revision: string) {
    this.#identity = identity;
    this.#revision = revision;
  }

  get gateway(): string {
    return this.#identity.gateway;
  }

  /** Without the table: whoever has a history of tables knows it by its revision. */
  get state(): ProxyState {
    const revision = this.#revision;
    return { ...this.#identity, revision, held: null, rejected: this.#rejected, connectedAt: this.#connectedAt };
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
