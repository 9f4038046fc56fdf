import { type BucketMap, changedKeys } from '../../ir/bucket-map.ts';
import type { Timeouts } from '../../ir/table.ts';
import { EMPTY_PLAN } from '../filter/header-modifier.ts';
import type { CompiledBackendRef, RulePlan } from './compiled.ts';

/** Of the rules that have none. */
export const NO_TIMEOUTS: Timeouts = { request: 0, backendRequest: 0 };

/**
 * What the rules of one table have in common. Thousands of equal strings and references, one for each rule, would be as many
 * cache misses when requests for different rules follow each other. It goes from table to table.
 */
export class SharedParts {
  /** The keys of the table's backends as the strings that the backends are found by. */
  private readonly keys: Map<string, string>;
  /** References to which neither rule nor reference adds anything, by backend and weight. */
  private readonly plain: Map<string, Map<number, CompiledBackendRef>>;
  /** Of rules that do nothing but send requests there. */
  private readonly plans: WeakMap<CompiledBackendRef, RulePlan>;

  constructor() {
    this.keys = new Map();
    this.plain = new Map();
    this.plans = new WeakMap();
  }

  /** Takes over which backends there are. */
  know(before: BucketMap, after: BucketMap): void {
    for (const key of changedKeys(before, after)) {
      if (after.has(key)) {
        if (!this.keys.has(key)) this.keys.set(key, key);
      } else {
        this.keys.delete(key);
        this.plain.delete(key);
      }
    }
  }

  /** The key of a backend as it is found by. */
  keyOf(backend: string): string {
    return this.keys.get(backend) ?? backend;
  }

  /** The reference that stands for all that say nothing but this backend (as `keyOf` has it) and weight: the first of them. */
  plainRef(backend: string, weight: number, made: CompiledBackendRef): CompiledBackendRef {
    let weights = this.plain.get(backend);
    if (weights === undefined) {
      weights = new Map();
      this.plain.set(backend, weights);
    }
    const known = weights.get(weight);
    if (known !== undefined) return known;
    weights.set(weight, made);
    return made;
  }

  /** The plan that stands for all that do the same as this one. */
  plan(made: RulePlan): RulePlan {
    const { cors, isGrpc, only, redirect, response, retry, timeouts } = made;
    const isPlain = !isGrpc && timeouts === NO_TIMEOUTS && retry === null && cors === null && redirect === null;
    if (only === null || !isPlain || response !== EMPTY_PLAN) return made;
    const known = this.plans.get(only);
    if (known !== undefined) return known;
    this.plans.set(only, made);
    return made;
  }
}
