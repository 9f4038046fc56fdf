import type { Steps } from './steps.ts';

/** What is sorted in one step. */
const RUN = 32;

/** The items in the order that `compare` tells, equal ones in that of before, in steps of a few comparisons. */
export function* sorted<T>(items: readonly T[], compare: (a: T, b: T) => number): Steps<T[]> {
  const { length } = items;
  let runs: T[] = [];
  for (let at = 0; at < length; at += RUN) {
    runs.push(...items.slice(at, at + RUN).sort(compare));
    yield;
  }
  for (let width = RUN; width < length; width *= 2) {
    const merged: T[] = [];
    for (let at = 0; at < length; at += 2 * width) {
      const middle = Math.min(at + width, length);
      const end = Math.min(middle + width, length);
      let [left, right] = [at, middle];
      while (left < middle || right < end) {
        const isLeft = right === end || (left < middle && compare(runs[left]!, runs[right]!) <= 0);
        merged.push(runs[isLeft ? left++ : right++]!);
        if (merged.length % RUN === 0) yield;
      }
    }
    runs = merged;
  }
  return runs;
}
