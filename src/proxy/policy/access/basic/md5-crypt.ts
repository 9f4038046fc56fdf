import { createHash } from 'node:crypto';

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ROUNDS = 1_000;
/** Which bytes of the digest make up each group of characters. */
const GROUPS = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const;

/** Apache's variant of the MD5 crypt: the hash of a password with the salt that `setting` (`$apr1$salt$…`) has. */
export function md5Crypt(password: string, setting: string): string {
  const salt = Buffer.from(setting.split('$')[2]!);
  const secret = Buffer.from(password);
  const inner = md5(secret, salt, secret);
  const first: Buffer[] = [secret, Buffer.from('$apr1$'), salt];
  for (let left = secret.length; left > 0; left -= 16) first.push(inner.subarray(0, Math.min(16, left)));
  for (let left = secret.length; left > 0; left >>= 1)
    first.push((left & 1) === 1 ? Buffer.alloc(1) : secret.subarray(0, 1));
  let digest = md5(...first);
  for (let round = 0; round < ROUNDS; round++) {
    const odd = (round & 1) === 1;
    const parts: Buffer[] = [odd ? secret : digest];
    if (round % 3 !== 0) parts.push(salt);
    if (round % 7 !== 0) parts.push(secret);
    parts.push(odd ? digest : secret);
    digest = md5(...parts);
  }
  const groups = GROUPS.map(([a, b, c]) => encoded((digest[a]! << 16) | (digest[b]! << 8) | digest[c]!, 4));
  return `$apr1$${salt.toString()}$${groups.join('')}${encoded(digest[11]!, 2)}`;
}

function md5(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function encoded(value: number, length: number): string {
  let text = '';
  for (let index = 0; index < length; index++) text += ALPHABET[(value >> (6 * index)) & 63];
  return text;
}
