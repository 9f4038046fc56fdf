import { text } from '../schema/text.ts';

/** A duration as GEP-2257 has it: up to four numbers of at most five digits, each with the unit h, m, s or ms. */
export const duration = text({
  pattern: /^(?:[0-9]{1,5}(?:h|m|s|ms)){1,4}$/,
  what: 'a duration such as "10s", "1m30s" or "500ms"',
});

const MILLISECONDS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** The length of a GEP-2257 duration in milliseconds. The value must have passed the schema. */
export function milliseconds(value: string): number {
  let sum = 0;
  for (const [, count, unit] of value.matchAll(/([0-9]+)(h|ms|m|s)/g)) sum += Number(count) * MILLISECONDS[unit!]!;
  return sum;
}
