import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { readKeySet, type VerificationKey } from '../../../../ir/policy/key-set.ts';
import { ALGORITHMS } from './algorithm.ts';
import { checkSignature, type Expectations, FORGED, readToken, SIGNED, UNKNOWN_KEY, validity } from './token.ts';

const EXPECTED: Expectations = {
  algorithms: Object.keys(ALGORITHMS),
  issuer: 'https://idp.example',
  audiences: ['shop'],
  clockSkew: 0,
};
const CLAIMS = { iss: 'https://idp.example', aud: 'shop', sub: 'ada', exp: 2_000 };

type Pair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const secret = Buffer.alloc(64, 7);

const PAIRS: Readonly<Record<string, Pair>> = {
  RS: rsa,
  PS: rsa,
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  Ed: generateKeyPairSync('ed25519'),
};
const pairOf = (algorithm: string): Pair => PAIRS[algorithm] ?? PAIRS[algorithm.slice(0, 2)]!;

function keySet(...keys: object[]): readonly VerificationKey[] {
  return readKeySet(JSON.stringify({ keys }));
}
const jwk = (key: KeyObject, more: object = {}) => ({ ...key.export({ format: 'jwk' }), ...more });
const octets = { kty: 'oct', k: secret.toString('base64url') };

const sign = (algorithm: string, header: object = {}, claims: object = CLAIMS): Promise<string> =>
  new SignJWT({ ...claims })
    .setProtectedHeader({ ...header, alg: algorithm })
    .sign(algorithm.startsWith('HS') ? secret : pairOf(algorithm).privateKey);

const judged = (token: string, keys: readonly VerificationKey[], expected = EXPECTED): number | null => {
  const read = readToken(token, expected);
  return read === null ? null : checkSignature(read, keys);
};

describe.each(Object.keys(ALGORITHMS))('%s', (algorithm) => {
  const keys = algorithm.startsWith('HS') ? keySet(octets) : keySet(jwk(pairOf(algorithm).publicKey));

  test('what is signed is believed', async () => {
    expect(judged(await sign(algorithm), keys)).toBe(SIGNED);
  });

  test('a changed claim, or signature, is not', async () => {
    const [header, , signature] = (await sign(algorithm)).split('.');
    const claims = Buffer.from(JSON.stringify({ ...CLAIMS, sub: 'eve' })).toString('base64url');
    expect(judged(`${header}.${claims}.${signature}`, keys)).toBe(FORGED);
    const token = await sign(algorithm);
    expect(judged(token.slice(0, token.lastIndexOf('.') + 3), keys)).toBe(FORGED);
  });

  test('what is not allowed is not even read', async () => {
    expect(judged(await sign(algorithm), keys, { ...EXPECTED, algorithms: [] })).toBeNull();
  });
});

test('a public key is no shared secret', async () => {
  const keys = keySet(jwk(rsa.publicKey));
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' });
  const head = (await sign('RS256')).split('.')[1];
  const text = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${head}`;
  expect(judged(`${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`, keys)).toBe(UNKNOWN_KEY);
});

test('a token without signature is none', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  expect(readToken(`${part({ alg: 'none' })}.${part(CLAIMS)}.`, EXPECTED)).toBeNull();
  expect(readToken(`${part({ alg: 'none' })}.${part(CLAIMS)}.AA`, EXPECTED)).toBeNull();
  expect(readToken(`${part({ alg: 'constructor' })}.${part(CLAIMS)}.AA`, EXPECTED)).toBeNull();
});

test('an extension that must be understood is refused', async () => {
  const [, claims, signature] = (await sign('RS256')).split('.');
  const header = Buffer.from('{"alg":"RS256","crit":["b64"]}').toString('base64url');
  expect(readToken(`${header}.${claims}.${signature}`, EXPECTED)).toBeNull();
});

test('keys are chosen by id, and all that fit are tried without one', async () => {
  const keys = keySet(jwk(other.publicKey, { kid: 'old' }), jwk(rsa.publicKey, { kid: 'new' }));
  expect(judged(await sign('RS256'), keys)).toBe(SIGNED);
  expect(judged(await sign('RS256', { kid: 'new' }), keys)).toBe(SIGNED);
  expect(judged(await sign('RS256', { kid: 'old' }), keys)).toBe(FORGED);
  expect(judged(await sign('RS256', { kid: 'newest' }), keys)).toBe(UNKNOWN_KEY);
});

test('keys for other purposes, and those that nobody understands, are passed over', () => {
  const key = jwk(rsa.publicKey);
  expect(
    keySet({ ...key, use: 'enc' }, { ...key, key_ops: ['encrypt'] }, { kty: 'XYZ' }, { kty: 'RSA' }, 'key' as never),
  ).toEqual([]);
  expect(() => readKeySet('{}')).toThrow('it has no list "keys"');
  expect(() => readKeySet('<html>')).toThrow('it is not JSON');
});

test('a key that is too short for its algorithm is of no use', async () => {
  const short = { kty: 'oct', k: Buffer.alloc(31, 7).toString('base64url') };
  expect(judged(await sign('HS256'), keySet(short))).toBe(UNKNOWN_KEY);
});

describe('claims', () => {
  const times = async (claims: object, expected: Partial<Expectations> = {}) => {
    const read = readToken(await sign('HS256', {}, { ...CLAIMS, ...claims }), EXPECTED)!;
    return validity(read, { ...EXPECTED, ...expected });
  };

  test.each([
    ['as they must be', {}, {}, { from: 0, until: 2_000_000 }],
    ['not before', { nbf: 1_000 }, {}, { from: 1_000_000, until: 2_000_000 }],
    ['clocks differ', { nbf: 1_000 }, { clockSkew: 5_000 }, { from: 995_000, until: 2_005_000 }],
    ['one of several audiences', { aud: ['a', 'shop'] }, { audiences: ['b', 'shop'] }, { from: 0, until: 2_000_000 }],
    ['for whomever', { aud: 'a' }, { audiences: [] }, { from: 0, until: 2_000_000 }],
    ['for somebody else', { aud: 'a' }, {}, null],
    ['for nobody', { aud: undefined }, {}, null],
    ['from somebody else', { iss: 'https://idp.example/' }, {}, null],
    ['for ever', { exp: undefined }, {}, null],
    ['a time that is text', { exp: '2000' }, {}, null],
    ['a start that is text', { nbf: '1000' }, {}, null],
  ])('%s', async (_, claims, expected, result) => {
    expect(await times(claims, expected)).toEqual(result);
  });
});
