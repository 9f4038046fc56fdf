import { createHash, timingSafeEqual } from 'node:crypto';
import { md5Crypt } from './md5-crypt.ts';

/** Whether a hash takes so long to compute that it must not be done between two requests. */
export function isSlow(hash: string): boolean {
  return hash.startsWith('$2');
}

/** For a hash that is not slow. */
export function isPassword(password: string, hash: string): boolean {
  if (!hash.startsWith('{SHA}')) return isSame(md5Crypt(password, hash), hash);
  return isSame(createHash('sha1').update(password).digest('base64'), hash.slice(5));
}

function isSame(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
