/**
 * Signatures of JSON Web Tokens that need no secret which is shared with whoever makes them (RFC 7518 section 3.1, RFC 8037,
 * RFC 9864): those that are believed where nobody says which.
 */
export const ASYMMETRIC_ALGORITHMS: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
