import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startBackend } from '../requirements/backend.ts';
import { startGateway } from '../requirements/gateway.ts';
import { agreed, GATEWAY_CLASS, gatewayOf, HTTP_ROUTE, handshake, secrets } from './gateway.ts';

const TLS_ROUTE = `apiVersion: gateway.networking.k8s.io/v1
kind: TLSRoute
metadata: {name: things, namespace: shop}
spec:
  parentRefs: [{name: web, sectionName: things}]
  hostnames: [things.example]
  rules: [{backendRefs: [{name: app, port: 8080}]}]
`;

test('listeners of protocol TLS have versions and protocols of their own, beside HTTPS', async () => {
  const backend = await startBackend(() => 'ok');
  const gateway = await startGateway([
    GATEWAY_CLASS,
    gatewayOf(
      {
        name: 'things',
        protocol: 'TLS',
        hostname: 'things.example',
        options: { alpn: 'mqtt, x-thing', 'min-version': '1.3' },
      },
      { name: 'https', hostname: 'web.example', options: { 'max-version': '1.2' } },
      { name: 'other', hostname: 'other.example' },
    ),
    backend.service('app', { namespace: 'shop', port: 8080 }),
    TLS_ROUTE,
    HTTP_ROUTE,
    ...(await secrets()),
  ]);
  const port = gateway.port(443);
  const agree = (name: string, alpn: readonly string[], maxVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3') =>
    agreed(port, { servername: `${name}.example`, alpn, maxVersion });
  expect(await agree('things', ['x-thing', 'mqtt'])).toMatchObject({ version: 'TLSv1.3', alpn: 'mqtt' });
  expect(await agree('things', ['h2'])).toBeNull();
  expect(await agree('things', ['mqtt'], 'TLSv1.2')).toBeNull();
  expect(await agree('web', ['h2'])).toMatchObject({ version: 'TLSv1.2', alpn: 'h2' });
  expect(await agree('other', ['h2'])).toMatchObject({ version: 'TLSv1.3', alpn: 'h2' });
  const socket = await handshake(port, { servername: 'things.example', alpn: ['mqtt'] });
  socket.write('GET / HTTP/1.1\r\nHost: things.example\r\nConnection: close\r\n\r\n');
  const [first] = (await once(socket, 'data')) as [Buffer];
  expect(first.toString()).toMatch(/^HTTP\/1\.1 200 /);
  socket.destroy();
});
