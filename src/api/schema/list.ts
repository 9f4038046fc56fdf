import { z } from 'zod';
import { quote } from './text.ts';

/** How many items a list may have, and what must differ between them. */
export type ListRule<T> = {
  readonly min?: number;
  readonly max?: number;
  /** The fields that identify an item (`x-kubernetes-list-type: map`), by the name that messages use. */
  readonly unique?: { readonly by: string; readonly key: (item: T) => unknown };
};

/** A list under a rule; the second of two equal keys is the one that is reported. */
export function list<S extends z.ZodType>(item: S, rule: ListRule<z.output<S>> = {}) {
  const { min = 0, max = Number.POSITIVE_INFINITY, unique } = rule;
  const check = (items: z.output<S>[], context: z.RefinementCtx): void => {
    if (items.length < min) {
      context.addIssue({ code: 'custom', message: `must have at least ${min} ${min === 1 ? 'item' : 'items'}` });
    }
    if (items.length > max) {
      context.addIssue({ code: 'custom', message: `must have at most ${max} items, has ${items.length}` });
    }
    if (!unique) return;
    const seen = new Map<unknown, number>();
    items.forEach((each, index) => {
      const key = unique.key(each);
      const first = seen.get(key);
      if (first === undefined) {
        seen.set(key, index);
        return;
      }
      const message = `must have another ${unique.by} than item ${first}: both have ${quote(key)}`;
      context.addIssue({ code: 'custom', path: [index], message });
    });
  };
  return z
    .array(item)
    .superRefine(check)
    .meta({ ...(min > 0 ? { minItems: min } : {}), ...(Number.isFinite(max) ? { maxItems: max } : {}) });
}

/** A list in which no value may be repeated (`x-kubernetes-list-type: set`). */
export function set<S extends z.ZodType>(item: S, rule: { min?: number; max?: number } = {}) {
  return list(item, { ...rule, unique: { by: 'value', key: (value) => value } }).meta({
    'x-kubernetes-list-type': 'set',
  });
}
