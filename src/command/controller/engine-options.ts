import { setFlagsFromString } from 'node:v8';

/**
 * What V8 is told to do otherwise in a controller, which does most of what it does once or a few times for each change, beside
 * thousands of objects that stay.
 */
const OPTIONS = [
  // V8 compiles a function well (Maglev) after 400 calls, and as well as it can (TurboFan) after 3,000: a server has them in a
  // second, and a controller would spend more on each change until thousands of them have come.
  '--invocation-count-for-maglev=50',
  '--invocation-count-for-turbofan=400',
  // By how many percent the heap grows between two full collections, which are what costs most where changes come one by one, and
  // what the slowest of them waits for. Left to itself V8 collects three times as often.
  '--heap-growing-percent=100',
];

/** For this process, from now on. */
export function tuneEngine(): void {
  for (const option of OPTIONS) setFlagsFromString(option);
}
