import { expect, test } from 'vitest';
import type { BackendTLS } from '../../src/ir/table.ts';
import { toPrometheus } from '../../src/observe/metrics.ts';
import { EXACT, OTHER } from '../fake/certificates.ts';
import { serve } from './start.ts';
import { dial, tlsEcho } from './stream-start.ts';

async function served(tls: Partial<BackendTLS>) {
  const security = { serverName: 'a.example', subjectAltNames: [], ca: [EXACT.chain], clientCertificate: null, ...tls };
  return serve({
    listeners: { stream: { protocol: 'TCP' } },
    streams: [{ kind: 'tcproute', backends: ['a'] }],
    backends: { a: [await tlsEcho(EXACT)] },
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
