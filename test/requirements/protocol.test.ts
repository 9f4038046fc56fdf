import { connect } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { EXACT } from '../fake/certificates.ts';
import { startBackend } from './backend.ts';
import { GATEWAY, route, startGateway } from './gateway.ts';
import { row } from './row.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const SECRET = `apiVersion: v1
kind: Secret
metadata:
  name: tls
type: kubernetes.io/tls
data:
  tls.crt: ${base64(EXACT.chain)}
  tls.key: ${base64(EXACT.key)}
`;

const HTTPS = `${GATEWAY}    - name: https
      port: 443
      protocol: HTTPS
      tls:
        certificateRefs:
          - name: tls
`;

row(
  ['PROTO-03', 'PROTO-06', 'POL-11'],
  'HTTP/1.1, HTTP/2 and TLS of either side go with those of the other, and TLS ends at the gateway',
  async () => {
    const [plain, h2c] = [await startBackend(() => 'plain'), await startBackend(() => 'h2c', { protocol: 'h2c' })];
    const gateway = await startGateway([
      HTTPS,
      SECRET,
      plain.service('plain'),
      h2c.service('h2c', { appProtocol: 'kubernetes.io/h2c' }),
      route('plain', '/plain', 'plain'),
      route('h2c', '/h2c', 'h2c'),
    ]);
    for (const scheme of ['http', 'https']) {
      for (const http2 of [false, true]) {
        for (const name of ['plain', 'h2c']) {
          const answer = await gateway.request('GET', `${scheme}://a.example/${name}`, { http2 });
          expect(answer).toMatchObject({ status: 200, body: name });
        }
        expect(plain.last.header('x-forwarded-proto')).toBe(scheme);
      }
    }
  },
);

row('PROTO-04', 'gRPC is matched by service, method and header, and split by weight', async () => {
  const [one, two, other] = [
    await startBackend(() => ({ headers: { 'grpc-status': '0' }, body: 'one' }), { protocol: 'h2c' }),
    await startBackend(() => ({ headers: { 'grpc-status': '0' }, body: 'two' }), { protocol: 'h2c' }),
    await startBackend(() => ({ headers: { 'grpc-status': '0' }, body: 'other' }), { protocol: 'h2c' }),
  ];
  const gateway = await startGateway([
    GATEWAY,
    one.service('one'),
    two.service('two'),
    other.service('other'),
    `apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata:
  name: cart
spec:
  parentRefs: [{name: web}]
  rules:
    - matches: [{method: {service: shop.v1.Cart, method: Add}, headers: [{name: tier, value: gold}]}]
      backendRefs: [{name: other, port: 80}]
    - matches: [{method: {service: shop.v1.Cart}}]
      backendRefs: [{name: one, port: 80, weight: 3}, {name: two, port: 80, weight: 1}]
`,
  ]);
  expect(gateway.condition('GRPCRoute', 'cart', 'Accepted')).toMatchObject({ status: 'True' });
  const call = (path: string, headers: Record<string, string> = {}) =>
    gateway.request('POST', path, {
      http2: true,
      headers: { 'content-type': 'application/grpc', te: 'trailers', ...headers },
    });
  expect(await call('/shop.v1.Cart/Add', { tier: 'gold' })).toMatchObject({ body: 'other' });
  for (let i = 0; i < 8; i++) await call('/shop.v1.Cart/Remove');
  expect([one.requests.length, two.requests.length]).toEqual([6, 2]);
  expect((await call('/shop.v1.Carts/Add')).header('grpc-status')).toBe('12');
});

row('PROTO-05', 'connections of TCP are routed', async () => {
  const app = await startBackend(() => 'through TCP');
  const gateway = await startGateway([
    `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: headgate}
spec: {controllerName: headgate.dev/gateway-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web}
spec:
  gatewayClassName: headgate
  listeners: [{name: tcp, port: 80, protocol: TCP}]
---
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TCPRoute
metadata: {name: app}
spec:
  parentRefs: [{name: web}]
  rules: [{backendRefs: [{name: app, port: 80}]}]
`,
    app.service('app'),
  ]);
  const socket = connect(gateway.port(), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let answer = '';
  socket.on('data', (part) => {
    answer += part.toString();
  });
  socket.write('GET /any HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n');
  await new Promise((resolve) => socket.once('close', resolve));
  expect(answer).toContain('through TCP');
  expect(app.last.header('x-forwarded-for')).toBeNull();
});
