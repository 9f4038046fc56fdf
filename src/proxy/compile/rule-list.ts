import type { RunnableRule } from './rule.ts';

/** What is not as it was at one hostname. */
export type HostChange = { readonly gone: ReadonlySet<RunnableRule>; readonly fresh: ReadonlySet<RunnableRule> };

type Patch = HostChange & { readonly before: Patch | null };

/** Patches of fewer rules than one in so many are kept as they are. */
const SHARE = 16;

/** The rules of one hostname. Immutable: a changed one shares the list of before, so that a change of a few costs what they are. */
export class RuleList {
  static readonly none = new RuleList([], null, 0, 0);

  readonly size: number;
  private readonly base: readonly RunnableRule[];
  /** The newest first. */
  private readonly patch: Patch | null;
  private readonly patched: number;

  private constructor(base: readonly RunnableRule[], patch: Patch | null, patched: number, size: number) {
    this.size = size;
    this.base = base;
    this.patch = patch;
    this.patched = patched;
  }

  /** `gone` are in the list, and `fresh` are not. */
  with({ gone, fresh }: HostChange): RuleList {
    const size = this.size - gone.size + fresh.size;
    const patched = this.patched + gone.size + fresh.size;
    const next = new RuleList(this.base, { gone, fresh, before: this.patch }, patched, size);
    return patched * SHARE < size ? next : new RuleList(next.all(), null, 0, size);
  }

  all(): RunnableRule[] {
    const patches: Patch[] = [];
    for (let patch = this.patch; patch !== null; patch = patch.before) patches.push(patch);
    const rules = new Set(this.base);
    for (const { gone, fresh } of patches.reverse()) {
      for (const rule of gone) rules.delete(rule);
      for (const rule of fresh) rules.add(rule);
    }
    return [...rules];
  }
}
