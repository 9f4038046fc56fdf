/** Tokens, and the keys that they are signed with. */
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export const ISSUER = 'https://idp.example';

export type TokenKey = {
  readonly algorithm: string;
  readonly id: string;
  readonly privateKey: Parameters<SignJWT['sign']>[0];
  readonly publicKey: JWK | null;
};

export async function keyPair(algorithm: string, id: string): Promise<TokenKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm);
  return {
    algorithm,
    id,
    privateKey,
    publicKey: { ...(await exportJWK(publicKey)), kid: id, alg: algorithm, use: 'sig' },
  };
}

/** A key set of their public halves. */
export function jwks(...keys: readonly TokenKey[]): string {
  return JSON.stringify({ keys: keys.map(({ publicKey }) => publicKey) });
}

/** A token for `shop` that is good for an hour, unless the claims say otherwise. */
export function token({ algorithm, id, privateKey }: TokenKey, claims: object): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  return new SignJWT({ iss: ISSUER, aud: 'shop', sub: 'ada', exp: now + 3_600, ...claims })
    .setProtectedHeader({ alg: algorithm, kid: id })
    .sign(privateKey);
}
