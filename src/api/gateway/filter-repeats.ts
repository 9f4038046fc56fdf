import type { z } from 'zod';

/**
 * Refuses filters whose type may stand only once in a list and stands there again.
 * @returns where each type stands first.
 */
export function refuseRepeats(
  filters: readonly { readonly type: string }[],
  once: ReadonlySet<string>,
  context: z.RefinementCtx,
): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  filters.forEach(({ type }, index) => {
    const earlier = first.get(type);
    if (earlier === undefined) first.set(type, index);
    else if (once.has(type)) {
      const message = `repeats the filter ${type} of item ${earlier}; only one is allowed`;
      context.addIssue({ code: 'custom', path: [index, 'type'], message });
    }
  });
  return first;
}
