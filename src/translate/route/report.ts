import type { UnresolvedReason } from '../condition/route.ts';

export type Unresolved = { readonly reason: UnresolvedReason; readonly message: string };

/** What is wrong with one rule, collected while it is converted. Messages begin with the field, relative to the rule. */
export class RuleReport {
  /** Values that cannot be served: the rule is dropped. */
  readonly invalid: string[] = [];
  /** Filters that must not be passed over but cannot be applied: the rule answers 500. */
  readonly closed: string[] = [];
  /** Policies that must not be passed over but cannot be kept: the rule answers 500, and its route stays accepted. */
  readonly guarded: string[] = [];
  /** References that lead nowhere: the rule stays, what they lead to is replaced by a failure. */
  readonly unresolved: Unresolved[] = [];

  /** A copy in which the rule is closed by policies. */
  guardedBy(reasons: readonly string[]): RuleReport {
    const copy = new RuleReport();
    copy.invalid.push(...this.invalid);
    copy.closed.push(...this.closed);
    copy.guarded.push(...this.guarded, ...reasons);
    copy.unresolved.push(...this.unresolved);
    return copy;
  }
}
