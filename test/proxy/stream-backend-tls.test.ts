import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createServer } from 'node:tls';
import { expect, test } from 'vitest';
import type { BackendTLS } from '../../src/ir/table.ts';
import { toPrometheus } from '../../src/observe/metrics.ts';
import { EXACT, OTHER } from '../fake/certificates.ts';
import { closeLater, serve } from './start.ts';
import { dial } from './stream-start.ts';

/** A TLS server that repeats what it hears; its port. */
async function secureEcho(): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer({ cert: EXACT.chain, key: EXACT.key, allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeLater(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  });
  return (server.address() as { port: number }).port;
}

async function served(tls: Partial<BackendTLS>) {
  const security = { serverName: 'a.example', subjectAltNames: [], ca: [EXACT.chain], clientCertificate: null, ...tls };
  return serve({
    listeners: { stream: { protocol: 'TCP' } },
    streams: [{ kind: 'tcproute', backends: ['a'] }],
    backends: { a: [await secureEcho()] },
    entries: { a: { tls: security } },
  });
}

test('bytes go to a backend over TLS where a policy says so', async () => {
  const { port } = await served({});
  const client = await dial(port);
  const bytes = Buffer.alloc(700_000, 'abcdefg');
  client.socket.write(bytes);
  expect((await client.reader.take(bytes.length))?.equals(bytes)).toBe(true);
  client.socket.end('end');
  expect((await client.reader.rest()).toString()).toBe('end');
  expect(client.reader.closing).toBe('fin');
});

test.each([
  ['is for another name', { serverName: 'b.example' }],
  ['is of another authority', { ca: [OTHER.chain] }],
  ['has none of the names', { subjectAltNames: [{ kind: 'uri', value: 'spiffe://a' }] }],
] as const)('a backend whose certificate %s gets no byte, and the client is reset', async (_, tls) => {
  const { port, proxy } = await served(tls);
  const client = await dial(port);
  client.socket.write('secret');
  expect(await client.reader.closed()).toBe('reset');
  expect(toPrometheus(proxy.metrics())).toContain(
    'headgate_streams_total{rule="tcproute/test/route/rule/0",reason="backend-certificate"} 1',
  );
});
