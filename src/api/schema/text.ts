import { z } from 'zod';

/** What a string may be: lengths in Unicode code points (as an API server counts), and a pattern with its description. */
export type TextRule = {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  /** Completes the sentence "must be …" when the pattern does not match. */
  readonly what?: string;
};

/** The first characters of a value, quoted, for messages. */
export function quote(value: unknown): string {
  const shown = JSON.stringify(value) ?? String(value);
  return shown.length > 80 ? `${shown.slice(0, 79)}…` : shown;
}

function length(value: string): number {
  let count = 0;
  for (const _ of value) count++;
  return count;
}

/** What is wrong with a string under a rule, or null. */
export function textProblem(value: string, rule: TextRule): string | null {
  const min = rule.min ?? 0;
  const max = rule.max ?? Number.POSITIVE_INFINITY;
  const size = value.length > max || value.length <= min ? length(value) : value.length;
  if (size < min) return size === 0 ? 'must not be empty' : `must have at least ${min} characters, has ${size}`;
  if (size > max) return `must have at most ${max} characters, has ${size}`;
  if (rule.pattern && !rule.pattern.test(value)) {
    return `must be ${rule.what ?? `of the form ${rule.pattern.source}`}, not ${quote(value)}`;
  }
  return null;
}

/** The same rule as JSON schema has it. */
export function textKeywords({ min, max, pattern }: TextRule): Record<string, unknown> {
  return {
    ...(min === undefined ? {} : { minLength: min }),
    ...(max === undefined ? {} : { maxLength: max }),
    ...(pattern === undefined ? {} : { pattern: pattern.source }),
  };
}

/** A string under a rule. */
export function text(rule: TextRule = {}) {
  return z
    .string()
    .superRefine((value, context) => {
      const message = textProblem(value, rule);
      if (message !== null) context.addIssue({ code: 'custom', message });
    })
    .meta(textKeywords(rule));
}
