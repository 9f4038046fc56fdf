/**
 * A stable merge sort that yields often enough to be spread over many turns of the event loop: a hostname may have
 * thousands of matches for one path. Returns a new array.
 */
export function* sorted<T>(items: readonly T[], compare: (a: T, b: T) => number): Generator<void, T[]> {
  let from: T[] = [];
  for (let start = 0; start < items.length; start += RUN) {
    from.push(...items.slice(start, start + RUN).sort(compare));
    yield;
  }
  for (let width = RUN; width < items.length; width *= 2) {
    const to: T[] = [];
    for (let start = 0; start < from.length; start += 2 * width) {
      const middle = Math.min(start + width, from.length);
      const end = Math.min(start + 2 * width, from.length);
      let left = start;
      let right = middle;
      while (left < middle || right < end) {
        const takeLeft = right === end || (left < middle && compare(from[left]!, from[right]!) <= 0);
        to.push(takeLeft ? from[left++]! : from[right++]!);
        if (to.length % RUN === 0) yield;
      }
    }
    from = to;
  }
  return from;
}

const RUN = 64;
