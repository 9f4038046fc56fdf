import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { beforeAll, expect, test } from 'vitest';
import { isIssuedBy } from './chain.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 86_400_000;
const now = Date.now();

type Made = {
  readonly certificate: X509Certificate;
  readonly pem: string;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly subject: string;
};
type Options = {
  readonly ca?: boolean;
  readonly pathLength?: number;
  readonly from?: number;
  readonly more?: readonly x509.Extension[];
};

let serial = 1;

async function make(
  subject: string,
  issuer: Made | null,
  { ca = true, pathLength, from = now - DAY, more = [] }: Options = {},
): Promise<Made> {
  const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const made = await x509.X509CertificateGenerator.create(
    {
      serialNumber: (serial++).toString(16).padStart(4, '0'),
      subject: `CN=${subject}`,
      issuer: `CN=${issuer?.subject ?? subject}`,
      notBefore: new Date(from),
      notAfter: new Date(from + 2 * DAY),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: issuer?.keys.privateKey ?? keys.privateKey,
      extensions: [new x509.BasicConstraintsExtension(ca, pathLength, true), ...more],
    },
    webcrypto as unknown as Crypto,
  );
  const pem = made.toString('pem');
  return { certificate: new X509Certificate(pem), pem, keys, subject };
}

let root: Made;
beforeAll(async () => {
  root = await make('root', null);
});

const isFrom = (chain: readonly Made[], authorities: readonly Made[] = [root], at = now): boolean =>
  isIssuedBy(
    chain.map(({ certificate }) => certificate),
    authorities.map(({ pem }) => pem),
    at,
  );
const leaf = (issuer: Made, options: Options = {}) => make('ada', issuer, { ca: false, ...options });

test('from the authority itself, and by way of another', async () => {
  const between = await make('between', root);
  expect(isFrom([await leaf(root)])).toBe(true);
  expect(isFrom([await leaf(between), between])).toBe(true);
  expect(isFrom([await leaf(between), root, between])).toBe(true);
  expect(isFrom([await leaf(between)])).toBe(false);
  expect(isFrom([await leaf(between)], [between])).toBe(true);
});

test('not from another authority of the same name, nor from nobody', async () => {
  const other = await make('root', null);
  expect(isFrom([await leaf(other)])).toBe(false);
  expect(isFrom([await leaf(other), other])).toBe(false);
  expect(isFrom([])).toBe(false);
  expect(isFrom([await leaf(root)], [])).toBe(false);
});

test('not before its time, nor after', async () => {
  expect(isFrom([await leaf(root, { from: now + DAY })])).toBe(false);
  expect(isFrom([await leaf(root, { from: now - 3 * DAY })])).toBe(false);
  const old = await make('old', root, { from: now - 3 * DAY });
  expect(isFrom([await leaf(old), old])).toBe(false);
});

test('not by way of somebody who is no authority, or of too many', async () => {
  const ada = await leaf(root);
  expect(isFrom([await leaf(ada), ada])).toBe(false);
  const last = await make('last', root, { pathLength: 0 });
  const below = await make('below', last);
  expect(isFrom([await leaf(last), last])).toBe(true);
  expect(isFrom([await leaf(below), below, last])).toBe(false);
});

test('not for another purpose, nor where names are constrained', async () => {
  const uses = (...oids: string[]) => ({ more: [new x509.ExtendedKeyUsageExtension(oids)] });
  expect(isFrom([await leaf(root, uses('1.3.6.1.5.5.7.3.1'))])).toBe(false);
  expect(isFrom([await leaf(root, uses('1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'))])).toBe(true);
  const constrained = await make('constrained', root, {
    more: [new x509.Extension('2.5.29.30', true, Uint8Array.from([0x30, 0]))],
  });
  expect(isFrom([await leaf(constrained), constrained])).toBe(false);
});
