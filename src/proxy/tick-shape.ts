import { executionAsyncResource } from 'node:async_hooks';

/** Never read: it only has to be there. */
const held: object[] = [];

/**
 * Keeps `process.nextTick` fast for the life of the process, wherever nobody is waiting for a tick.
 *
 * Each tick is an object that Node makes with keys of symbols. V8 learns once which shape such an object has, and never
 * again when that shape is another one later (`Runtime_DefineKeyedOwnPropertyInLiteral`); and a full garbage collection drops
 * shapes that no object has. A process that was idle then makes every tick by the slow way: 2 to 3 µs instead of 0.15, of which a
 * stream of HTTP/2 has about seven. So one tick is held on to. It has to be before the first collection.
 */
export function holdTickShape(): void {
  process.nextTick(() => {
    held.push(executionAsyncResource());
  });
}
