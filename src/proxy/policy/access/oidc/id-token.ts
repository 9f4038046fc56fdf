import type { OIDCAuthentication } from '../../../../ir/policy/access.ts';
import type { VerificationKey } from '../../../../ir/policy/key-set.ts';
import { ASYMMETRIC_ALGORITHMS } from '../../../../ir/policy/signature-algorithms.ts';
import type { Claims } from '../claim.ts';
import type { Fetched } from '../fetched.ts';
import { checkSignature, readToken, SIGNED, type Token, UNKNOWN_KEY, validity } from '../jwt/token.ts';
import { isSame } from './login.ts';

const CLOCK_SKEW = 60_000;
/** What is of the token itself, and says nothing of the user. */
const OF_TOKEN: ReadonlySet<string> = new Set([
  'nonce',
  'at_hash',
  'c_hash',
  's_hash',
  'iat',
  'nbf',
  'exp',
  'sid',
  'jti',
]);

/** The claims of an ID token that is what it must be (OpenID Connect Core 1.0 section 3.1.3.7); null for any other. */
export function idTokenClaims(
  text: string,
  { clientID, issuer }: OIDCAuthentication,
  nonce: string,
  keys: Fetched<readonly VerificationKey[]>,
  done: (claims: Claims | null) => void,
): void {
  const expected = { algorithms: ASYMMETRIC_ALGORITHMS, issuer, audiences: [clientID], clockSkew: CLOCK_SKEW };
  const token = readToken(text, expected);
  if (token === null || !isForLogin(token, clientID, nonce)) {
    done(null);
    return;
  }
  const judge = (isLast: boolean): void => {
    const now = Date.now();
    const current = keys.current(now);
    const result = current === null ? UNKNOWN_KEY : checkSignature(token, current);
    if (result === UNKNOWN_KEY && !isLast && keys.renew(now, () => judge(true))) return;
    const times = result === SIGNED ? validity(token, expected) : null;
    done(times !== null && now >= times.from && now < times.until ? claimsOf(token) : null);
  };
  judge(false);
}

function isForLogin({ claims }: Token, clientID: string, nonce: string): boolean {
  if (typeof claims.sub !== 'string' || typeof claims.nonce !== 'string' || !isSame(claims.nonce, nonce)) return false;
  return claims.azp === undefined ? !Array.isArray(claims.aud) || claims.aud.length === 1 : claims.azp === clientID;
}

function claimsOf({ claims }: Token): Claims {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !OF_TOKEN.has(name)));
}
