/** Names for credentials by which they are remembered: how long that takes tells nothing of a credential. */
import { hash, randomBytes } from 'node:crypto';

/** The credential that a connection brought last. It is kept no longer than the connection. */
export type DigestedCredential = { readonly text: string; readonly digest: string };

/** Whoever brings credentials; most bring the same one all the time. */
export interface Bearer {
  lastCredential: DigestedCredential | null;
}

/** Nobody outside of the process can know the digest of a credential. */
const SALT = randomBytes(32).toString('base64');
/** Characters of a longer credential are not kept. */
const LONGEST = 2_048;

/** A name for a credential that means nothing anywhere else. */
export function digestOf(credential: string): string {
  return hash('sha256', SALT + credential, 'base64');
}

/**
 * As `digestOf`, which is made only when it is not the credential that the bearer brought last: on a path where everything
 * else is in the processor's caches, hashing costs as much as all other work on a request's credential.
 */
export function digestFor(bearer: Bearer, credential: string): string {
  const last = bearer.lastCredential;
  if (last !== null && isSame(last.text, credential)) return last.digest;
  const digest = digestOf(credential);
  if (credential.length <= LONGEST) bearer.lastCredential = { text: credential, digest };
  return digest;
}

/** In constant time for texts of one length: others may share a connection, of a load balancer, with whoever sent the last one. */
function isSame(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let i = 0; i < one.length; i++) difference |= one.charCodeAt(i) ^ other.charCodeAt(i);
  return difference === 0;
}
