import { setFlagsFromString } from 'node:v8';

/**
 * By how many percent the heap of a proxy's processes may grow between two full collections. Node lets it double and more,
 * so that a process whose whole table was replaced a few times kept several tables' worth of memory.
 */
const GROWTH = 30;

/** For a process that is to be started. NODE_OPTIONS do not take it. */
export const HEAP_GROWTH_OPTION = `--heap-growing-percent=${GROWTH}`;

/** For this process, from now on. */
export function limitHeapGrowth(): void {
  setFlagsFromString(HEAP_GROWTH_OPTION);
}
