import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Full collections, at least and at most: what finalizers let go is freed by a later one, buffers by other threads. */
const LEAST = 3;
const MOST = 20;
/** Bytes by which a collection may free more than the one before when nothing is left to free. */
const SETTLED = 1 << 16;

export type Memory = {
  /** Bytes of the heap in use. */
  readonly heap: number;
  /** Bytes of buffers, and of what else is outside of the heap. */
  readonly buffers: number;
};

/** What this process keeps, when nothing more of it can be collected. */
export async function memoryKept(): Promise<Memory> {
  let memory: Memory = { heap: 0, buffers: Number.POSITIVE_INFINITY };
  for (let round = 1; round <= MOST; round++) {
    await sleep(20);
    collect();
    const { arrayBuffers, external, heapUsed } = process.memoryUsage();
    const before = memory.buffers;
    memory = { heap: heapUsed, buffers: arrayBuffers + external };
    if (round >= LEAST && before - memory.buffers < SETTLED) break;
  }
  return memory;
}
