import { expect, test } from 'vitest';
import { BINARY, call, PATH } from './client.ts';
import { httpRoute, serving } from './gateway.ts';
import { startServer, whole } from './server.ts';

const ORIGIN = 'https://app.example';
const CORS = `        - type: CORS
          cors:
            allowOrigins: ["${ORIGIN}"]
            allowMethods: [POST]
            allowHeaders: [content-type, x-grpc-web, x-user-agent, grpc-timeout]
            exposeHeaders: [x-detail, Grpc-Message]
            maxAge: 600
`;

test('a page of another origin may ask, call, and read what came of it', async () => {
  const server = await startServer(whole(({ end }) => end(5, 'nothing')));
  const gateway = await serving([server.manifest, httpRoute('', CORS)]);
  const preflight = await gateway.request('OPTIONS', PATH, {
    headers: {
      Origin: ORIGIN,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'content-type,x-grpc-web',
    },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.header('access-control-allow-origin')).toBe(ORIGIN);
  expect(preflight.header('access-control-allow-methods')).toBe('POST');
  expect(preflight.header('access-control-allow-headers')).toBe('content-type, x-grpc-web, x-user-agent, grpc-timeout');
  expect(server.calls).toHaveLength(0);
  const { headers } = await call(gateway.port(), 'HTTP/1.1', BINARY, 'a', { origin: ORIGIN });
  expect(headers).toMatchObject({
    'content-type': BINARY,
    'grpc-status': '5',
    'access-control-allow-origin': ORIGIN,
    'access-control-expose-headers': 'x-detail, Grpc-Message, grpc-status, grpc-status-details-bin',
  });
  const elsewhere = await call(gateway.port(), 'HTTP/1.1', BINARY, 'a', { origin: 'https://other.example' });
  expect(elsewhere.headers).not.toHaveProperty('access-control-allow-origin');
});

test('errors of the proxy may be read too', async () => {
  const gateway = await serving([httpRoute('', CORS)]);
  const { headers } = await call(gateway.port(), 'HTTP/1.1', BINARY, 'a', { origin: ORIGIN });
  expect(headers).toMatchObject({ 'grpc-status': '14', 'access-control-allow-origin': ORIGIN });
  expect(headers['access-control-expose-headers']).toContain('grpc-status');
});
