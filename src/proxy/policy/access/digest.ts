/** Names for credentials by which they are remembered: how long that takes tells nothing of a credential. */
import { hash, randomBytes } from 'node:crypto';

/** The credential that connections brought last. It is kept no longer than these. */
export type DigestedCredential = { readonly bytes: DataView; readonly digest: string };

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
  if (last !== null && isSame(last.bytes, credential)) return last.digest;
  const digest = digestOf(credential);
  const digested = credential.length <= LONGEST ? shared(credential, digest) : null;
  if (digested !== null) bearer.lastCredential = digested;
  return digest;
}

/**
 * Credentials that some connection brought last, by a few letters of their digests. What many connections bring is in memory once, and
 * so in the processor's caches: reading one that is not takes longer than all else that is done with it.
 */
const recent: (WeakRef<DigestedCredential> | undefined)[] = new Array(256).fill(undefined);

/** Null for one with characters of more than a byte. */
function shared(credential: string, digest: string): DigestedCredential | null {
  const place = ((digest.charCodeAt(0) & 15) << 4) | (digest.charCodeAt(1) & 15);
  const known = recent[place]?.deref();
  if (known?.digest === digest) return known;
  const bytes = latin1Bytes(credential);
  if (bytes === null) return null;
  const made = { bytes, digest };
  recent[place] = new WeakRef(made);
  return made;
}

/**
 * The digest of the credential `received[start, end)`, where it is what the bearer brought last; null otherwise. In constant time
 * for credentials of one length: others may share a connection, of a load balancer, with whoever sent the last one.
 */
export function digestAgain({ lastCredential }: Bearer, received: DataView, start: number, end: number): string | null {
  if (lastCredential === null) return null;
  const { bytes, digest } = lastCredential;
  const length = end - start;
  if (bytes.byteLength !== length) return null;
  let difference = 0;
  let at = 0;
  // Four at a time take a third of the time.
  for (; at + 4 <= length; at += 4) difference |= bytes.getInt32(at) ^ received.getInt32(start + at);
  for (; at < length; at++) difference |= bytes.getUint8(at) ^ received.getUint8(start + at);
  return difference === 0 ? digest : null;
}

/** As `digestAgain` compares. */
function isSame(bytes: DataView, credential: string): boolean {
  if (bytes.byteLength !== credential.length) return false;
  let difference = 0;
  for (let at = 0; at < credential.length; at++) difference |= bytes.getUint8(at) ^ credential.charCodeAt(at);
  return difference === 0;
}

/** A byte for each character; null when one is more than that. */
function latin1Bytes(text: string): DataView | null {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0xff) return null;
    bytes[at] = code;
  }
  return new DataView(bytes.buffer);
}
