import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import type { BackendTLS, Certificate } from '../../../src/ir/table.ts';
import { Authority, type Issued } from '../../fake/authority.ts';
import { get } from '../../fake/client.ts';
import { closeLater, serve } from '../start.ts';
import { http2, http2Backend } from './start.ts';

const authority = await Authority.create();
const other = await Authority.create('Another CA');
const named = await authority.issue([
  { type: 'dns', value: 'backend.example' },
  { type: 'url', value: 'spiffe://example/backend, DNS:evil.example' },
  { type: 'url', value: 'spiffe://example/backend' },
]);

function policy(part: Partial<BackendTLS> = {}): BackendTLS {
  return {
    serverName: 'backend.example',
    subjectAltNames: [],
    ca: [authority.certificate],
    clientCertificate: null,
    ...part,
  };
}

type Seen = { serverName: string | false; protocol: string | false | null; isAuthorized: boolean };

/** An HTTPS server of HTTP/1.1 that answers with what it sees of the connection. */
async function https(issued: Issued, asks = false): Promise<{ port: number; seen: Seen[]; server: Server }> {
  const seen: Seen[] = [];
  const client = asks ? { requestCert: true, rejectUnauthorized: true, ca: authority.certificate } : {};
  const server = createServer({ cert: issued.chain, key: issued.key, ...client }, (_request, response) =>
    response.end('ok'),
  );
  server.on('secureConnection', (socket: TLSSocket) => {
    const { servername } = socket as unknown as { servername: string | false };
    seen.push({ serverName: servername, protocol: socket.alpnProtocol, isAuthorized: socket.authorized });
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeLater(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, seen, server };
}

async function ask(port: number, tls: BackendTLS, certificates: Record<string, Certificate> = {}) {
  const serving = await serve({ backends: { a: [port] }, entries: { a: { tls } }, certificates });
  const client = await serving.connect();
  await client.write(get());
  return client.response();
}

test('a backend is spoken to over TLS, with its server name', async () => {
  const one = await https(named);
  expect(await ask(one.port, policy())).toMatchObject({ status: 200, body: 'ok' });
  expect(one.seen).toEqual([{ serverName: 'backend.example', protocol: 'http/1.1', isAuthorized: false }]);
});

test.each([
  ['a CA that did not issue its certificate', policy({ ca: [other.certificate] }), named],
  ['the CAs of the system', policy({ ca: 'system' }), named],
  ['a name that it is not for', policy({ serverName: 'other.example' }), named],
  ['a hostname that it has not', policy({ subjectAltNames: [{ kind: 'hostname', value: 'other.example' }] }), named],
  ['a URI that it has not', policy({ subjectAltNames: [{ kind: 'uri', value: 'spiffe://example/other' }] }), named],
  ['a name inside of another one', policy({ subjectAltNames: [{ kind: 'hostname', value: 'evil.example' }] }), named],
  [
    'a certificate that has expired',
    policy(),
    await authority.issue([{ type: 'dns', value: 'backend.example' }], true),
  ],
])('502, and no request, with %s', async (_name, tls, issued) => {
  const one = await https(issued);
  let requests = 0;
  one.server.on('request', () => requests++);
  expect(await ask(one.port, tls)).toMatchObject({ status: 502 });
  expect(requests).toBe(0);
});

test.each([
  ['hostname', 'backend.example'],
  ['uri', 'spiffe://example/backend'],
  ['uri', 'spiffe://example/backend, DNS:evil.example'],
] as const)('a subject alternative name counts instead of the server name: %s %s', async (kind, value) => {
  const one = await https(named);
  const tls = policy({
    serverName: 'sni.example',
    subjectAltNames: [
      { kind: 'uri', value: 'x:y' },
      { kind, value },
    ],
  });
  expect(await ask(one.port, tls)).toMatchObject({ status: 200 });
  expect(one.seen[0]!.serverName).toBe('sni.example');
});

test('the proxy shows its certificate to a backend that asks for one', async () => {
  const one = await https(named, true);
  const own = await authority.issue([{ type: 'dns', value: 'gateway.example' }]);
  const certificates = { 'sha256/own': { ...own, names: ['gateway.example'], notAfter: Date.UTC(2126, 0) } };
  expect(await ask(one.port, policy({ clientCertificate: 'sha256/own' }), certificates)).toMatchObject({ status: 200 });
  expect(one.seen[0]!.isAuthorized).toBe(true);
  expect(await ask(one.port, policy())).toMatchObject({ status: 502 });
});

test('HTTP/2 to a backend over TLS', async () => {
  const one = await http2Backend(undefined, 'complete', { cert: named.chain, key: named.key });
  const { port } = await serve({ backends: { a: [one.port] }, entries: { a: { protocol: 'h2c', tls: policy() } } });
  const client = await http2(port);
  expect(await client.ask({ ':method': 'POST' }, 'hello')).toMatchObject({ status: 200, body: 'ok' });
  expect(one.requests[0]).toMatchObject({ body: 'hello', headers: { ':scheme': 'https' } });
});

test('a backend that does not choose HTTP/2 is answered for with 502', async () => {
  const one = await https(named);
  const { port } = await serve({ backends: { a: [one.port] }, entries: { a: { protocol: 'h2c', tls: policy() } } });
  const client = await http2(port);
  expect(await client.ask()).toMatchObject({ status: 502 });
});

test('another policy takes effect with the next request', async () => {
  const one = await https(named);
  const table = (tls: BackendTLS) => ({ backends: { a: [one.port] }, entries: { a: { tls } } });
  const { apply, connect } = await serve(table(policy()));
  const client = await connect();
  await client.write(get());
  expect(await client.response()).toMatchObject({ status: 200 });
  await apply(table(policy({ serverName: 'other.example' })));
  await client.write(get());
  expect(await client.response()).toMatchObject({ status: 502 });
  await apply(table(policy()));
  await client.write(get());
  expect(await client.response()).toMatchObject({ status: 200 });
});
