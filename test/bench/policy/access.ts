/** Cases of AccessPolicy, with credentials made for the run. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { PolicyCase } from './case.ts';
import { policy } from './object.ts';

const ISSUER = 'https://idp.bench.example';
const KEY = randomBytes(16).toString('hex');

/** Ranges of a list of addresses; neighbours are far enough from each other not to become one. */
const RANGES = 10_000;

export function credentialCases(most: number): PolicyCase[] {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256' }] });
  return [
    {
      name: 'policy-jwt',
      title: 'AccessPolicy, JSON Web Token that is known',
      objects: (name) => [
        policy(
          'AccessPolicy',
          name,
          `defaults:
    authentication: { type: JWT, jwt: { issuer: '${ISSUER}', audiences: [shop], jwks: { inline: '${keys}' } } }`,
        ),
      ],
      fields: [`Authorization: Bearer ${token(privateKey)}`],
      limit: most,
      shows: { status: 401 },
    },
    {
      name: 'policy-api-key',
      title: 'AccessPolicy, API key',
      objects: (name) => [
        policy(
          'AccessPolicy',
          name,
          `defaults: { authentication: { type: APIKey, apiKey: { secretRefs: [{ name: ${name} }] } } }`,
        ),
        `apiVersion: v1
kind: Secret
metadata: { name: ${name}, namespace: bench }
stringData: { acme: ${KEY} }`,
      ],
      fields: [`X-API-Key: ${KEY}`],
      limit: most,
      shows: { status: 401 },
    },
    {
      name: 'policy-ip-list',
      title: 'AccessPolicy, 10,000 ranges of addresses',
      objects: (name) => [policy('AccessPolicy', name, `defaults: { ip: { allow: [${ranges().join(', ')}] } }`)],
      limit: most,
      shows: { status: 403, from: '127.0.0.2' },
    },
    {
      name: 'policy-external',
      title: 'AccessPolicy, a service that judges',
      objects: (name) => [
        policy(
          'AccessPolicy',
          name,
          `defaults:
    authentication:
      type: External
      external: { protocol: HTTP, backendRef: { name: service0, port: 80 }, http: { path: /svc0 } }`,
        ),
      ],
      limit: null,
    },
  ];
}

function ranges(): string[] {
  const others = Array.from({ length: RANGES - 1 }, (_, index) => `10.${index >> 7}.${(index & 127) * 2}.0/24`);
  return [...others, '127.0.0.1'];
}

/** With claims of the usual size. */
function token(key: KeyObject): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: ISSUER,
    aud: 'shop',
    sub: 'user|42',
    iat: now,
    exp: now + 86_400,
    scope: 'orders:read',
    name: 'A',
  };
  const signed = `${part({ alg: 'ES256', typ: 'JWT', kid: 'one' })}.${part({ ...claims, jti: randomBytes(16).toString('hex') })}`;
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}
