import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { CIPHER_SUITES } from '../../src/translate/cipher-suite.ts';
import { startBackend } from '../requirements/backend.ts';
import { startGateway } from '../requirements/gateway.ts';
import {
  agreed,
  GATEWAY_CLASS,
  gatewayOf,
  type Hello,
  HTTP_ROUTE,
  handshake,
  type ListenerPart,
  secrets,
} from './gateway.ts';

async function serving(...listeners: readonly ListenerPart[]) {
  const backend = await startBackend(() => 'ok');
  const rest = [
    GATEWAY_CLASS,
    backend.service('app', { namespace: 'shop', port: 8080 }),
    HTTP_ROUTE,
    ...(await secrets()),
  ];
  const gateway = await startGateway([gatewayOf(...listeners), ...rest]);
  return {
    gateway,
    agree: (hello: Hello = {}) => agreed(gateway.port(443), hello),
    change: (...parts: readonly ListenerPart[]) => gateway.reload([gatewayOf(...parts), ...rest]),
  };
}

const OLD: Hello = { maxVersion: 'TLSv1.2' };
const NEW: Hello = { minVersion: 'TLSv1.3' };

test.each<[Record<string, string>, string | null, string | null]>([
  [{}, 'TLSv1.2', 'TLSv1.3'],
  [{ 'min-version': '1.2' }, 'TLSv1.2', 'TLSv1.3'],
  [{ 'min-version': '1.3' }, null, 'TLSv1.3'],
  [{ 'max-version': '1.2' }, 'TLSv1.2', null],
  [{ 'min-version': '1.2', 'max-version': '1.3' }, 'TLSv1.2', 'TLSv1.3'],
  [{ ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' }, 'TLSv1.2', 'TLSv1.3'],
  [{ ciphers: 'TLS_AES_128_GCM_SHA256' }, 'TLSv1.2', 'TLSv1.3'],
])('with %j clients of 1.2 get %s, those of 1.3 %s', async (options, old, modern) => {
  const { agree, gateway } = await serving({ name: 'https', options });
  expect((await agree(OLD))?.version ?? null).toBe(old);
  expect((await agree(NEW))?.version ?? null).toBe(modern);
  expect((await agree())?.version).toBe(modern ?? old);
  const failed = [old, modern].filter((version) => version === null).length;
  expect(gateway.metric('headgate_tls_handshake_failures_total')).toBe(failed);
  const answer = await gateway.request('GET', 'https://a.example/');
  expect(answer).toMatchObject({ status: 200, body: 'ok' });
});

test('every suite that can be named can be served, and no other one is then', async () => {
  const { agree, change } = await serving({ name: 'https' });
  for (const name of CIPHER_SUITES) {
    const version = name.startsWith('TLS_') ? NEW : OLD;
    const secret = name.includes('ECDSA') || name.startsWith('TLS_') ? 'ecdsa' : 'rsa';
    await change({ name: 'https', secrets: [secret], options: { ciphers: name } });
    expect((await agree({ ...version, ciphers: CIPHER_SUITES.join(':') }))?.cipher, name).toBe(name);
    const others = CIPHER_SUITES.filter(
      (other) => other !== name && other.startsWith('TLS_') === name.startsWith('TLS_'),
    );
    expect(await agree({ ...version, ciphers: others.join(':') }), name).toBeNull();
  }
});

test('the first suite that the client has too is taken', async () => {
  const [one, two] = ['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-AES128-GCM-SHA256'];
  const { agree, change } = await serving({ name: 'https', options: { ciphers: `${one} ${two}` } });
  expect((await agree({ ...OLD, ciphers: `${two}:${one}` }))?.cipher).toBe(one);
  await change({ name: 'https', options: { ciphers: `${two}, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384` } });
  expect((await agree({ ...OLD, ciphers: `${one}:${two}` }))?.cipher).toBe(two);
  expect((await agree({ ...OLD, ciphers: one! }))?.cipher).toBe(one);
});

test('protocols are those of the option, in its order', async () => {
  const both = ['http/1.1', 'h2'];
  const { agree, change, gateway } = await serving({ name: 'https' });
  expect((await agree({ alpn: both }))?.alpn).toBe('h2');
  await change({ name: 'https', options: { alpn: 'http/1.1, h2' } });
  expect((await agree({ alpn: ['h2', 'http/1.1'] }))?.alpn).toBe('http/1.1');
  await change({ name: 'https', options: { alpn: 'http/1.1' } });
  expect((await agree({ alpn: both }))?.alpn).toBe('http/1.1');
  expect(await agree({ alpn: ['h2'] })).toBeNull();
  await change({ name: 'https', options: { alpn: 'h2' } });
  expect(await agree({ alpn: ['http/1.1'] })).toBeNull();
  expect(
    await gateway.request('GET', 'https://a.example/', { http2: true, tls: { ALPNProtocols: ['h2'] } }),
  ).toMatchObject({
    status: 200,
  });
  expect((await agree())?.alpn).toBeNull();
});

const PAY: ListenerPart = { name: 'pay', hostname: 'pay.example', options: { 'min-version': '1.3', alpn: 'h2' } };
const TILL: ListenerPart = {
  name: 'till',
  hostname: 'till.example',
  secrets: ['rsa'],
  options: { 'max-version': '1.2', ciphers: 'AES128-SHA', alpn: 'http/1.1' },
};
const ANY: ListenerPart = { name: 'any' };

test('listeners of one port may differ', async () => {
  const { agree, gateway } = await serving(PAY, TILL, ANY);
  const pay = { servername: 'pay.example' };
  const till = { servername: 'till.example', ciphers: CIPHER_SUITES.join(':') };
  const alpn = ['h2', 'http/1.1'];
  expect(await agree({ ...pay, alpn })).toMatchObject({ version: 'TLSv1.3', alpn: 'h2' });
  expect(await agree({ ...pay, ...OLD })).toBeNull();
  expect(await agree({ ...till, alpn })).toEqual({ version: 'TLSv1.2', cipher: 'AES128-SHA', alpn: 'http/1.1' });
  expect(await agree({ ...till, ...NEW })).toBeNull();
  for (const servername of ['other.example', '']) {
    expect(await agree({ servername, alpn }), servername).toMatchObject({ version: 'TLSv1.3', alpn: 'h2' });
    expect(await agree({ servername, ...OLD }), servername).toMatchObject({ version: 'TLSv1.2' });
  }
  for (const name of ['pay', 'till', 'other']) {
    expect(await gateway.request('GET', `https://${name}.example/`), name).toMatchObject({ status: 200, body: 'ok' });
  }
});

test('a client without a server name has the options of the first listener when none is for any host', async () => {
  const { agree } = await serving(PAY, TILL);
  expect(await agree({ servername: '', ...OLD })).toBeNull();
  expect(await agree({ servername: '', ...NEW })).toMatchObject({ version: 'TLSv1.3' });
  expect(await agree({ servername: 'nobody.example' })).toBeNull();
});

test('a ClientHello may come in any split, and what is none is refused', async () => {
  const { gateway } = await serving(PAY, TILL);
  const raw = connectSocket(gateway.port(443), '127.0.0.1').setNoDelay(true);
  await once(raw, 'connect');
  const drop = new Duplex({
    read: () => {},
    write(chunk: Buffer, _encoding, done) {
      const next = (at: number): void => {
        if (at >= chunk.length) done();
        else raw.write(chunk.subarray(at, at + 40), () => setImmediate(next, at + 40));
      };
      next(0);
    },
  });
  raw.on('data', (chunk) => drop.push(chunk));
  const socket = connect({
    socket: drop,
    servername: 'till.example',
    rejectUnauthorized: false,
    ciphers: 'AES128-SHA',
  });
  await once(socket, 'secureConnect');
  expect(socket.getCipher().name).toBe('AES128-SHA');
  raw.destroy();
  const before = gateway.metric('headgate_tls_handshake_failures_total')!;
  const other = connectSocket(gateway.port(443), '127.0.0.1');
  other.on('error', () => {});
  other.write('GET / HTTP/1.1\r\n\r\n');
  await new Promise((resolve) => other.on('close', resolve));
  expect(gateway.metric('headgate_tls_handshake_failures_total')).toBe(before + 1);
});

test('new options are for new connections', async () => {
  const { agree, change, gateway } = await serving(ANY);
  const client = await gateway.connect({ servername: 'a.example', tls: OLD });
  for (const parts of [[{ ...ANY, options: { 'min-version': '1.3' } }], [PAY, TILL], [PAY], [ANY, TILL], [ANY]]) {
    await change(...parts);
    const refusesOld = parts[0] !== ANY;
    const servername = parts[0]!.hostname ?? 'a.example';
    expect((await agree({ ...OLD, servername })) === null).toBe(refusesOld);
    await client.write('GET / HTTP/1.1\r\nHost: a.example\r\n\r\n');
    const { status } = await client.response();
    expect(status).toBe(parts.every(({ hostname }) => hostname !== undefined) ? 404 : 200);
  }
});

test('a session of one listener is none of another whose version it does not have', async () => {
  const { gateway } = await serving(PAY, TILL, ANY);
  const first = await handshake(gateway.port(443), { servername: 'other.example', ...OLD });
  const session = first.getSession();
  first.destroy();
  await expect(handshake(gateway.port(443), { servername: 'pay.example', ...OLD, session } as Hello)).rejects.toThrow();
});

test('a listener with an option that cannot be kept is not served, and the others are', async () => {
  const { agree, gateway } = await serving({ ...ANY, options: { 'min-version': '1.1' } }, { ...TILL, options: {} });
  expect(await agree({ servername: 'a.example' })).toBeNull();
  expect(await agree({ servername: 'till.example' })).toMatchObject({ version: 'TLSv1.3' });
  const accepted = gateway.conditions('Gateway', 'web').filter(({ type }) => type === 'Accepted');
  expect(accepted.map(({ status, reason }) => `${status} ${reason}`)).toEqual([
    'True ListenersNotValid',
    'False UnsupportedValue',
    'True Accepted',
  ]);
  expect(accepted[1]!.message).toBe('tls.options: headgate.dev/min-version must be "1.2" or "1.3", not "1.1"');
});
