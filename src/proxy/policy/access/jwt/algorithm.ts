/** Signatures of JSON Web Tokens (RFC 7518 section 3, RFC 8037, RFC 9864). */
import { constants, createHmac, type KeyObject, timingSafeEqual, verify } from 'node:crypto';

/** Whether the signature of `signed` is right. */
type Check = (signed: Buffer, signature: Buffer, key: KeyObject) => boolean;

type Algorithm = {
  /** Whether a key is of the kind that the algorithm needs: a public key must never be taken for a shared secret. */
  readonly fits: (key: KeyObject) => boolean;
  readonly check: Check;
};

const rsa = (hash: string): Algorithm => ({
  fits: isRSA,
  check: (signed, signature, key) => verify(hash, signed, { key, padding: constants.RSA_PKCS1_PADDING }, signature),
});

const pss = (hash: string): Algorithm => ({
  fits: isRSA,
  check: (signed, signature, key) =>
    verify(
      hash,
      signed,
      { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
      signature,
    ),
});

const ecdsa = (hash: string, curve: string): Algorithm => ({
  fits: (key) => key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === curve,
  check: (signed, signature, key) => verify(hash, signed, { key, dsaEncoding: 'ieee-p1363' }, signature),
});

const hmac = (hash: string, bytes: number): Algorithm => ({
  // RFC 7518 section 3.2: a key shorter than the hash is refused.
  fits: (key) => key.type === 'secret' && key.symmetricKeySize! >= bytes,
  check: (signed, signature, key) => {
    const right = createHmac(hash, key).update(signed).digest();
    return signature.length === right.length && timingSafeEqual(signature, right);
  },
});

const eddsa: Algorithm = {
  fits: (key) => key.asymmetricKeyType === 'ed25519' || key.asymmetricKeyType === 'ed448',
  check: (signed, signature, key) => verify(null, signed, key, signature),
};

/** Below this many bits RSA is refused (RFC 7518 section 3.3). */
const RSA_BITS = 2_048;

function isRSA(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= RSA_BITS;
}

/** By the name that a token's header has. */
export const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  RS256: rsa('sha256'),
  RS384: rsa('sha384'),
  RS512: rsa('sha512'),
  PS256: pss('sha256'),
  PS384: pss('sha384'),
  PS512: pss('sha512'),
  ES256: ecdsa('sha256', 'prime256v1'),
  ES384: ecdsa('sha384', 'secp384r1'),
  ES512: ecdsa('sha512', 'secp521r1'),
  EdDSA: eddsa,
  Ed25519: eddsa,
  HS256: hmac('sha256', 32),
  HS384: hmac('sha384', 48),
  HS512: hmac('sha512', 64),
};
