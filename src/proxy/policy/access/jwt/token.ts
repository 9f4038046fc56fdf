/** JSON Web Tokens in compact form (RFC 7515 section 7.1, RFC 7519). */
import type { VerificationKey } from '../../../../ir/policy/key-set.ts';
import type { Claims } from '../claim.ts';
import { ALGORITHMS } from './algorithm.ts';

/** Longer ones are refused unread. */
const MAX_TOKEN = 16_384;
/** Keys that are tried for a token that does not name its key. */
const MAX_TRIES = 8;

const TOKEN = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

export type Token = {
  readonly algorithm: string;
  readonly keyId: string | null;
  readonly claims: Claims;
  readonly signed: Buffer;
  readonly signature: Buffer;
};

/** What tokens must be, whoever signed them. */
export type Expectations = {
  /** Names of `ALGORITHMS`. */
  readonly algorithms: readonly string[];
  readonly issuer: string;
  /** Empty: whoever the token is for. */
  readonly audiences: readonly string[];
  /** Milliseconds that clocks may differ. */
  readonly clockSkew: number;
};

/** A token, not yet believed; null when it is none, or signed in a way that is not allowed. */
export function readToken(text: string, { algorithms }: Expectations): Token | null {
  if (text.length > MAX_TOKEN || !TOKEN.test(text)) return null;
  const dot = text.indexOf('.');
  const end = text.lastIndexOf('.');
  const header = json(text.slice(0, dot));
  const claims = json(text.slice(dot + 1, end));
  if (header === null || claims === null) return null;
  const { alg, kid, crit } = header;
  // An extension that must be understood (RFC 7515 section 4.1.11): none is.
  if (crit !== undefined || typeof alg !== 'string' || !algorithms.includes(alg)) return null;
  return {
    algorithm: alg,
    keyId: typeof kid === 'string' ? kid : null,
    claims,
    signed: Buffer.from(text.slice(0, end), 'latin1'),
    signature: Buffer.from(text.slice(end + 1), 'base64url'),
  };
}

export const SIGNED = 0;
export const FORGED = 1;
/** None of the keys is the one that the token names: there may be a newer set. */
export const UNKNOWN_KEY = 2;

export function checkSignature(token: Token, keys: readonly VerificationKey[]): number {
  const candidates = keysFor(keys, token.algorithm, token.keyId);
  if (candidates.length === 0) return UNKNOWN_KEY;
  const { check } = ALGORITHMS[token.algorithm]!;
  for (const { key } of candidates.slice(0, MAX_TRIES)) {
    try {
      if (check(token.signed, token.signature, key)) return SIGNED;
    } catch {
      // A signature that is not even of the form.
    }
  }
  return FORGED;
}

/** The keys that a token may be signed with, as far as its header tells. */
function keysFor(set: readonly VerificationKey[], algorithm: string, id: string | null): readonly VerificationKey[] {
  const { fits } = ALGORITHMS[algorithm]!;
  return set.filter(
    (key) =>
      (id === null || key.id === null || key.id === id) &&
      (key.algorithm === null || key.algorithm === algorithm) &&
      fits(key.key),
  );
}

/** Milliseconds since the epoch between which a token is good, skew included; null when it is for somebody else, or for ever. */
export function validity(
  { claims }: Token,
  { issuer, audiences, clockSkew }: Expectations,
): { readonly from: number; readonly until: number } | null {
  const { iss, aud, exp, nbf } = claims;
  if (iss !== issuer || !isFor(aud, audiences)) return null;
  if (typeof exp !== 'number' || (nbf !== undefined && typeof nbf !== 'number')) return null;
  const until = exp * 1_000 + clockSkew;
  const from = nbf === undefined ? 0 : nbf * 1_000 - clockSkew;
  return Number.isFinite(until) && Number.isFinite(from) ? { from, until } : null;
}

function isFor(aud: unknown, audiences: readonly string[]): boolean {
  if (audiences.length === 0) return true;
  const list: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return list.some((one) => typeof one === 'string' && audiences.includes(one));
}

function json(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
