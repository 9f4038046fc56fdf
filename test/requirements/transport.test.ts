import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { EXACT } from '../fake/certificates.ts';
import { startBackend } from './backend.ts';
import { startEcho } from './echo.ts';
import { GATEWAY, route, startGateway } from './gateway.ts';
import { startCatalogue } from './grpc-backend.ts';
import { row } from './row.ts';

const indented = (text: string): string => text.trim().replace(/^/gm, '    ');

const TLS = `${GATEWAY}    - name: https
      port: 443
      protocol: HTTPS
      tls: {certificateRefs: [{name: web}]}
---
apiVersion: v1
kind: Secret
metadata: {name: web}
type: kubernetes.io/tls
stringData:
  tls.crt: |
${indented(EXACT.chain)}
  tls.key: |
${indented(EXACT.key)}
`;

row(
  ['PROTO-03', 'PROTO-06'],
  'clients and backends of unlike versions of HTTP, with TLS and without, can talk',
  async () => {
    const old = await startBackend(() => 'old');
    const current = await startBackend(() => 'current', { protocol: 'h2c' });
    const gateway = await startGateway([
      TLS,
      old.service('old'),
      current.service('current', { appProtocol: 'kubernetes.io/h2c' }),
      route('old', '/old', 'old'),
      route('current', '/current', 'current'),
    ]);
    for (const origin of ['http://a.example', 'https://a.example']) {
      for (const http2 of [false, true]) {
        for (const name of ['old', 'current']) {
          const answer = await gateway.request('POST', `${origin}/${name}?x`, { http2, body: 'text' });
          expect(answer, `${origin} ${name} ${http2}`).toMatchObject({ status: 200, body: name });
        }
      }
    }
    for (const backend of [old, current]) {
      expect(backend.requests.map(({ body }) => String(body))).toEqual(['text', 'text', 'text', 'text']);
    }
    // The version is that of the Service's port: a backend that speaks another one is told apart.
    await gateway.reload([TLS, current.service('current'), route('current', '/current', 'current')]);
    expect((await gateway.request('GET', '/current')).status).toBe(502);
  },
);

row('PROTO-04', 'gRPC goes by service, method, field and weight', async () => {
  const one = await startCatalogue(() => ({ message: { id: 'one' } }));
  const two = await startCatalogue(() => ({ message: { id: 'two' } }));
  const grpcRoute = `apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: {name: catalogue}
spec:
  parentRefs: [{name: web}]
  rules:
  - matches: [{method: {service: shop.v1.Catalogue, method: MakeItem}}]
    backendRefs: [{name: two, port: 80}]
  - matches: [{method: {service: shop.v1.Catalogue, method: GetItem}, headers: [{name: x-new, value: "1"}]}]
    backendRefs: [{name: catalogue, port: 80, weight: 3}, {name: two, port: 80, weight: 1}]
  - matches: [{method: {service: shop.v1.Catalogue, method: GetItem}}]
    backendRefs: [{name: catalogue, port: 80}]
`;
  const second = two.manifest.replaceAll('catalogue', 'two');
  const gateway = await startGateway([GATEWAY, one.manifest, second, grpcRoute]);
  const call = async (method: string, headers: Record<string, string> = {}) => {
    const fields = { 'content-type': 'application/grpc', te: 'trailers', ...headers };
    const path = `/shop.v1.Catalogue/${method}`;
    const { trailers, headers: head } = await gateway.request('POST', path, {
      http2: true,
      headers: fields,
      body: Buffer.alloc(5),
    });
    return [...head, ...trailers].find(([name]) => name === 'grpc-status')?.[1];
  };
  expect(await call('MakeItem')).toBe('0');
  expect(await call('GetItem')).toBe('0');
  expect(two.calls.map(({ method }) => method)).toEqual(['MakeItem']);
  expect(one.calls.map(({ method }) => method)).toEqual(['GetItem']);
  for (let index = 0; index < 8; index++) await call('GetItem', { 'x-new': '1' });
  expect(one.calls).toHaveLength(7);
  expect(two.calls).toHaveLength(3);
  expect(await call('Plain')).toBe('12');
});

row('PROTO-05', 'connections of TCP and datagrams of UDP are passed on', async () => {
  const gateway = await startGateway(await startEcho());
  const client = createSocket('udp4');
  onTestFinished(() => {
    client.close();
  });
  const socket = connect(gateway.port(90), '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  socket.write('hello');
  expect(String((await once(socket, 'data'))[0])).toBe('hello');
  client.send('hello', gateway.port(91), '127.0.0.1');
  expect(String((await once(client, 'message'))[0])).toBe('HELLO');
});
