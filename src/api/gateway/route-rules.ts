/** What holds for the rules of every kind of route. */
import type { z } from 'zod';

/** A refinement: no two rules of a route have the same name. */
export function uniqueRuleNames(
  rules: readonly { readonly name?: string | undefined }[],
  context: z.RefinementCtx,
): void {
  const names = new Map<string, number>();
  rules.forEach(({ name }, index) => {
    if (name === undefined) return;
    const earlier = names.get(name);
    if (earlier === undefined) names.set(name, index);
    else {
      const message = `must be unique in the route; rule ${earlier} has it too`;
      context.addIssue({ code: 'custom', path: [index, 'name'], message });
    }
  });
}

const MAX_MATCHES = 128;

/** A refinement: all rules together have so many matches at most. */
export function boundedMatches(
  rules: readonly { readonly matches?: readonly unknown[] | undefined }[],
  context: z.RefinementCtx,
): void {
  const matches = rules.reduce((sum, rule) => sum + (rule.matches ?? []).length, 0);
  if (matches <= MAX_MATCHES) return;
  const message = `must have at most ${MAX_MATCHES} matches in all rules together, has ${matches}`;
  context.addIssue({ code: 'custom', message });
}
