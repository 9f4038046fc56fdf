import type { TableChange } from '../../ir/delta.ts';
import type { RoutingTable } from '../../ir/table.ts';
import type { GatewayPlan } from '../gateway.ts';
import { compare } from '../object.ts';
import type { Judgement } from '../policy/book.ts';
import type { PolicyContent } from '../policy/kind.ts';
import type { BackendCatalogue } from '../route/backend-ref.ts';
import { TableState } from './table-state.ts';

/** The tables of all Gateways (`namespace/name`), in the order of those. One that did not change stays the object that it was. */
export class TableList {
  readonly #backends: BackendCatalogue;
  readonly #states = new Map<string, TableState>();
  #list: readonly RoutingTable[] = [];

  constructor(backends: BackendCatalogue) {
    this.#backends = backends;
  }

  get list(): readonly RoutingTable[] {
    return this.#list;
  }

  has(gateway: string): boolean {
    return this.#states.has(gateway);
  }

  get(gateway: string): TableState | undefined {
    return this.#states.get(gateway);
  }

  setGateway(plan: GatewayPlan): void {
    const state = this.#states.get(plan.key) ?? new TableState(plan.key, this.#backends);
    this.#states.set(plan.key, state);
    state.setGateway(plan);
  }

  /** False when the Gateway had none. */
  delete(gateway: string): boolean {
    return this.#states.delete(gateway);
  }

  /** Takes over what is known of a backend now, wherever a rule leads to it. */
  refreshBackend(key: string): void {
    for (const state of this.#states.values()) state.refreshBackend(key);
  }

  /** Replaces a policy of ours for these Gateways, and takes it away from all others. */
  setPolicy(key: string, gateways: ReadonlySet<string>, judgement: Judgement | null): void {
    for (const [gateway, state] of this.#states) state.setPolicy(key, gateways.has(gateway) ? judgement : null);
  }

  /** Replaces what a filter of ours needs where it is used, and takes it away elsewhere. */
  setNeeds(
    key: string,
    isUsedBy: (gateway: string) => boolean,
    needs: Pick<PolicyContent, 'backends' | 'secrets'> | null,
  ): void {
    for (const [gateway, state] of this.#states) state.setNeeds(key, isUsedBy(gateway) ? needs : null);
  }

  /** Brings the list up to date, and returns what is different since the last call. */
  step(): TableChange[] {
    const changes: TableChange[] = [];
    for (const state of this.#states.values()) {
      const change = state.step();
      if (change !== null) changes.push(change);
    }
    const sameGateways =
      this.#list.length === this.#states.size && this.#list.every(({ gateway }) => this.#states.has(gateway));
    if (changes.length === 0 && sameGateways) return changes;
    const keys = sameGateways ? this.#list.map(({ gateway }) => gateway) : [...this.#states.keys()].sort(compare);
    this.#list = Object.freeze(keys.map((key) => this.#states.get(key)!.table));
    return changes;
  }
}
