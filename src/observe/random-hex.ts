import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4096;
const bytes = Buffer.allocUnsafeSlow(POOL_BYTES);
let pool = '';
let at = 0;

/** `digits` (at most 64) random hexadecimal digits in lower case, from a pool: one call into crypto serves hundreds. */
export function randomHex(digits: number): string {
  if (at + digits > pool.length) {
    randomFillSync(bytes);
    pool = bytes.toString('hex');
    at = 0;
  }
  const start = at;
  at += digits;
  return pool.slice(start, at);
}
