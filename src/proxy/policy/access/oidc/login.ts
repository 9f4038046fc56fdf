/** One login: what the browser is sent away with, and what must come back. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { OIDCAuthentication } from '../../../../ir/policy/access.ts';
import type { Configuration } from './provider.ts';

/** Milliseconds that a user has to log in. */
export const LOGIN_TIME = 600_000;

export type Login = {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE (RFC 7636). */
  readonly verifier: string;
  /** Path and query that were asked for. */
  readonly target: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
};

export function startLogin(target: string, now: number): Login {
  const random = () => randomBytes(24).toString('base64url');
  return {
    state: random(),
    nonce: random(),
    verifier: randomBytes(32).toString('base64url'),
    target,
    until: now + LOGIN_TIME,
  };
}

/** What was opened, when it is a login that is not too late; null otherwise. */
export function readLogin(opened: Readonly<Record<string, unknown>> | null, now: number): Login | null {
  if (opened === null) return null;
  const login = opened as Partial<Login>;
  const isWhole = [login.state, login.nonce, login.verifier, login.target].every((text) => typeof text === 'string');
  return isWhole && typeof login.until === 'number' && now < login.until ? (login as Login) : null;
}

/** Tells the logins of several tabs apart. */
export function cookieOfLogin(session: string, state: string): string {
  return `${session}-${state.slice(0, 8)}`;
}

export function authorizationURL(
  { authorization }: Configuration,
  { clientID, scopes }: OIDCAuthentication,
  { nonce, state, verifier }: Login,
  redirectURL: string,
): string {
  const url = new URL(authorization);
  const parameters = {
    response_type: 'code',
    client_id: clientID,
    redirect_uri: redirectURL,
    scope: scopes.join(' '),
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

export function isSame(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
