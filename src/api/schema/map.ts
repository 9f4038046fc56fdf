import { z } from 'zod';
import { type TextRule, textProblem } from './text.ts';

/** How many entries a map of strings may have, and what its keys and values may be. */
export type MapRule = {
  readonly max?: number;
  /** What is wrong with a key, or null. */
  readonly key?: (key: string) => string | null;
  readonly value?: TextRule;
};

/** A map of strings under a rule. */
export function textMap(rule: MapRule = {}) {
  return z.record(z.string(), z.string()).superRefine((map, context) => {
    const entries = Object.entries(map);
    if (rule.max !== undefined && entries.length > rule.max) {
      context.addIssue({ code: 'custom', message: `must have at most ${rule.max} entries, has ${entries.length}` });
    }
    for (const [key, value] of entries) {
      const keyProblem = rule.key?.(key) ?? null;
      if (keyProblem !== null)
        context.addIssue({ code: 'custom', path: [key], message: `is no allowed key: a key ${keyProblem}` });
      const valueProblem = rule.value ? textProblem(value, rule.value) : null;
      if (valueProblem !== null) context.addIssue({ code: 'custom', path: [key], message: valueProblem });
    }
  });
}
