import { createPublicKey, createSecretKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto';

type Key = JsonWebKeyInput['key'];

export type VerificationKey = {
  /** Null: the key does not say which tokens are signed with it. */
  readonly id: string | null;
  /** Null: whatever algorithm its kind fits. */
  readonly algorithm: string | null;
  readonly key: KeyObject;
};

/** Keys of a set beyond these are not looked at. */
const MAX_KEYS = 64;

/**
 * The keys of a JSON Web Key Set (RFC 7517 section 5) that signatures can be checked with; others are passed over, as the RFC
 * wants it. Throws when the text is no key set.
 */
export function readKeySet(text: string): readonly VerificationKey[] {
  let set: unknown;
  try {
    set = JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
  const keys = typeof set === 'object' && set !== null ? (set as { keys?: unknown }).keys : undefined;
  if (!Array.isArray(keys)) throw new Error('it has no list "keys"');
  return keys.slice(0, MAX_KEYS).flatMap((key) => readKey(key) ?? []);
}

function readKey(raw: unknown): VerificationKey | null {
  if (typeof raw !== 'object' || raw === null) return null;
  const { kid, alg, use, key_ops: operations } = raw as Record<string, unknown>;
  if (use !== undefined && use !== 'sig') return null;
  if (Array.isArray(operations) && !operations.includes('verify')) return null;
  try {
    const key = keyOf(raw as Key);
    return { id: typeof kid === 'string' ? kid : null, algorithm: typeof alg === 'string' ? alg : null, key };
  } catch {
    return null;
  }
}

function keyOf(key: Key): KeyObject {
  if (key.kty === 'oct' && typeof key.k === 'string') return createSecretKey(Buffer.from(key.k, 'base64url'));
  return createPublicKey({ key, format: 'jwk' });
}
