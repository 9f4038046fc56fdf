import { once } from 'node:events';
import { type ConnectionOptions, type TLSSocket, connect as tlsConnect } from 'node:tls';
import { expect, test } from 'vitest';
import type { Listener } from '../../src/ir/table.ts';
import { ByteReader } from '../fake/bytes.ts';
import { certificateKey, EXACT, OTHER, WILDCARD } from '../fake/certificates.ts';
import { named } from '../fake/pipe.ts';
import { backend, closeLater, serve, until } from './start.ts';
import { dial, pipeServer, tlsEcho } from './stream-start.ts';
import type { StreamPart, TablePart } from './table.ts';

const CERTIFICATES = Object.fromEntries([EXACT, WILDCARD, OTHER].map((one) => [certificateKey(one), one]));

type ListenerPart = Partial<Listener>;
const passthrough = (hostname = ''): ListenerPart => ({
  protocol: 'TLS',
  hostname,
  tls: { mode: 'Passthrough', certificates: [], clientValidation: null },
});
const terminating = (hostname: string, certificate = EXACT): ListenerPart => ({
  protocol: 'TLS',
  hostname,
  tls: { mode: 'Terminate', certificates: [certificateKey(certificate)], clientValidation: null },
});
const https = (hostname: string, certificate = EXACT): ListenerPart => ({
  protocol: 'HTTPS',
  hostname,
  tls: { mode: 'Terminate', certificates: [certificateKey(certificate)], clientValidation: null },
});
const route = (backendName: string, hostnames: readonly string[], listener = 'stream'): StreamPart => ({
  kind: 'tlsroute',
  listeners: [listener],
  hostnames,
  backends: [backendName],
});

/** A TLS server that says its name and then repeats what it hears; its port. */
const tlsServer = (name: string) => tlsEcho(OTHER, `${name};`);

type TlsClient = { readonly socket: TLSSocket; readonly reader: ByteReader };

/** Rejects when the handshake fails. */
async function secure(port: number, servername: string | null): Promise<TlsClient> {
  // Half-open, which the types do not know.
  const options: ConnectionOptions & { readonly allowHalfOpen: boolean } = {
    port,
    host: '127.0.0.1',
    ...(servername === null ? {} : { servername }),
    rejectUnauthorized: false,
    allowHalfOpen: true,
  };
  const socket = tlsConnect(options);
  closeLater(() => {
    socket.destroy();
  });
  await once(socket, 'secureConnect');
  return { socket, reader: new ByteReader(socket) };
}

async function greeting(port: number, servername: string | null): Promise<string> {
  const client = await secure(port, servername).catch((error: NodeJS.ErrnoException) => error.code ?? 'failed');
  if (typeof client === 'string') return client;
  return (await client.reader.through(';'))?.toString() ?? 'nothing';
}

/** Servers named a, b and c behind passthrough listeners. */
async function servers(): Promise<TablePart['backends']> {
  return { a: [await tlsServer('a')], b: [await tlsServer('b')], c: [await tlsServer('c')] };
}

const REFUSED = /^ECONNRESET$/;

test('a connection goes to the route whose hostname fits best, and the server speaks TLS itself', async () => {
  const { port } = await serve({
    listeners: { stream: passthrough() },
    streams: [route('a', ['one.example']), route('b', ['*.example']), route('c', ['*.deep.example'])],
    backends: await servers(),
  });
  expect(await greeting(port, 'one.example')).toBe('a;');
  expect(await greeting(port, 'ONE.example')).toBe('a;');
  expect(await greeting(port, 'two.example')).toBe('b;');
  expect(await greeting(port, 'x.deep.example')).toBe('c;');
  expect(await greeting(port, 'elsewhere.test')).toMatch(REFUSED);
  expect(await greeting(port, null)).toMatch(REFUSED);
  const client = await secure(port, 'one.example');
  expect(client.socket.getPeerCertificate().subject.CN).toBe('other.example');
  client.socket.end('hello');
  expect((await client.reader.rest()).toString()).toBe('a;hello');
});

test('a client without a server name gets what serves any host', async () => {
  const { port } = await serve({
    listeners: { stream: passthrough() },
    streams: [route('a', ['']), route('b', ['b.example'])],
    backends: await servers(),
  });
  expect(await greeting(port, null)).toBe('a;');
  expect(await greeting(port, 'b.example')).toBe('b;');
});

test('the listener is chosen first, and no other one is asked', async () => {
  const { port } = await serve({
    listeners: { any: passthrough(), narrow: passthrough('*.example') },
    streams: [route('a', ['one.example', 'two.test'], 'any'), route('b', ['two.example'], 'narrow')],
    backends: await servers(),
  });
  expect(await greeting(port, 'two.test')).toBe('a;');
  expect(await greeting(port, 'two.example')).toBe('b;');
  expect(await greeting(port, 'one.example')).toMatch(REFUSED);
});

test('of two routes for one hostname the first one serves', async () => {
  const { port } = await serve({
    listeners: { stream: passthrough() },
    streams: [route('b', ['x.example']), route('a', ['x.example'])],
    backends: await servers(),
  });
  expect(await greeting(port, 'x.example')).toBe('b;');
});

test('a listener that terminates decrypts for its backends', async () => {
  const server = await pipeServer(named('plain'));
  const { port, proxy } = await serve({
    listeners: { stream: terminating('a.example') },
    streams: [route('plain', ['a.example'])],
    backends: { plain: [server.port] },
    certificates: CERTIFICATES,
  });
  const client = await secure(port, 'a.example');
  expect(client.socket.getPeerCertificate().subject.CN).toBe('a.example');
  expect((await client.reader.through(';'))?.toString()).toBe('plain;');
  const bytes = Buffer.alloc(1_000_000, 'abcdefg');
  client.socket.write(bytes);
  expect((await client.reader.take(bytes.length))?.equals(bytes)).toBe(true);
  client.socket.end('end');
  expect((await client.reader.rest()).toString()).toBe('end');
  await until(() => proxy.openConnections === 0, 'the connection to be gone');
});

test('a client of a listener that terminates may offer any protocol', async () => {
  const server = await pipeServer(named('plain'));
  const { port } = await serve({
    listeners: { stream: terminating('a.example') },
    streams: [route('plain', ['a.example'])],
    backends: { plain: [server.port] },
    certificates: CERTIFICATES,
  });
  const socket = tlsConnect({
    port,
    host: '127.0.0.1',
    servername: 'a.example',
    rejectUnauthorized: false,
    ALPNProtocols: ['h2', 'x'],
  });
  closeLater(() => {
    socket.destroy();
  });
  await once(socket, 'secureConnect');
  expect(socket.alpnProtocol).toBe(false);
});

test('a reset behind a listener that terminates is no regular end', async () => {
  const server = await pipeServer((socket) => {
    socket.on('data', () => socket.resetAndDestroy());
  });
  const { port } = await serve({
    listeners: { stream: terminating('a.example') },
    streams: [route('plain', ['a.example'])],
    backends: { plain: [server.port] },
    certificates: CERTIFICATES,
  });
  const client = await secure(port, 'a.example');
  client.socket.write('x');
  await client.reader.closed();
  expect(client.reader.received).toBe(0);
});

test('passthrough, termination and HTTPS share a port by server name', async () => {
  const web = await backend();
  const server = await pipeServer(named('plain'));
  const { port, connect } = await serve({
    listeners: {
      pass: passthrough('pass.example'),
      end: terminating('*.b.example', WILDCARD),
      web: https('a.example'),
    },
    rules: [{ listeners: ['web'], backends: ['web'] }],
    streams: [route('a', ['pass.example'], 'pass'), route('plain', ['x.b.example'], 'end')],
    backends: { ...(await servers()), plain: [server.port], web: [web.port] },
    certificates: CERTIFICATES,
  });
  expect(await greeting(port, 'pass.example')).toBe('a;');
  expect(await greeting(port, 'x.b.example')).toBe('plain;');
  expect(await greeting(port, 'y.b.example')).toMatch(REFUSED);
  expect(await greeting(port, 'elsewhere.test')).toMatch(REFUSED);
  const client = await connect({ servername: 'a.example' });
  expect((await client.request('GET / HTTP/1.1\r\nHost: a.example\r\n\r\n')).status).toBe(200);
  expect((await client.request('GET / HTTP/1.1\r\nHost: pass.example\r\n\r\n')).status).toBe(421);
});

test('a TLS listener may come and go on a port of HTTPS, without a new socket', async () => {
  const web = await backend();
  const part = (isMixed: boolean): TablePart => ({
    listeners: { web: https('a.example'), ...(isMixed ? { stream: passthrough() } : {}) },
    rules: [{ listeners: ['web'], backends: ['web'] }],
    streams: isMixed ? [route('a', ['one.example'])] : [],
    backends: { ...names, web: [web.port] },
    certificates: CERTIFICATES,
  });
  const names = await servers();
  const { port, connect, apply, proxy } = await serve(part(false));
  const client = await connect({ servername: 'a.example' });
  const get = 'GET / HTTP/1.1\r\nHost: a.example\r\n\r\n';
  expect((await client.request(get)).status).toBe(200);
  await apply(part(true));
  expect(await greeting(port, 'one.example')).toBe('a;');
  expect((await client.request(get)).status).toBe(200);
  await apply(part(false));
  expect(await greeting(port, 'one.example')).not.toBe('a;');
  expect((await client.request(get)).status).toBe(200);
  expect(proxy.addresses).toHaveLength(1);
});

test('a ClientHello may come byte by byte', async () => {
  const { port } = await serve({
    listeners: { stream: passthrough() },
    streams: [route('a', ['one.example'])],
    backends: await servers(),
  });
  const client = await dial(port);
  const hello = await captured('one.example');
  for (const byte of hello) client.socket.write(Buffer.of(byte));
  // The server's first record: a handshake message.
  expect((await client.reader.take(1))?.[0]).toBe(22);
});

test.each([
  ['plain HTTP', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['an empty record', Buffer.from([22, 3, 1, 0, 0])],
  ['SSLv2', Buffer.from([0x80, 0x2e, 1, 0, 2])],
])('%s on a port for TLS is reset', async (_, bytes) => {
  const { port, proxy } = await serve({
    listeners: { stream: passthrough() },
    streams: [route('a', [''])],
    backends: await servers(),
  });
  const client = await dial(port);
  client.socket.write(bytes);
  expect(await client.reader.closed()).toBe('reset');
  expect(proxy.openConnections).toBe(0);
});

test('a client that says nothing, or half of a ClientHello, does not stay', async () => {
  const { port } = await serve(
    { listeners: { stream: passthrough() }, streams: [route('a', [''])], backends: await servers() },
    { limits: { headTimeout: 100 } },
  );
  const silent = await dial(port);
  const slow = await dial(port);
  slow.socket.write((await captured('one.example')).subarray(0, 40));
  expect(await silent.reader.closed()).toBe('reset');
  expect(await slow.reader.closed()).toBe('reset');
});

/** The first bytes that a client of Node sends. */
async function captured(servername: string): Promise<Buffer> {
  let hello: (bytes: Buffer) => void = () => {};
  const first = new Promise<Buffer>((resolve) => {
    hello = resolve;
  });
  const server = await pipeServer((socket) => socket.once('data', hello));
  const socket = tlsConnect({ port: server.port, host: '127.0.0.1', servername });
  socket.on('error', () => {});
  const bytes = await first;
  socket.destroy();
  return bytes;
}
