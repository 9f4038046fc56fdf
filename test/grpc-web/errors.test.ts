import { expect, test } from 'vitest';
import { until } from '../requirements/until.ts';
import { BINARY, call, open, type Result, TEXT, VERSIONS } from './client.ts';
import { GRPC_ROUTE, httpRoute, serving } from './gateway.ts';
import { framed, startServer, whole } from './server.ts';

const EVERY = VERSIONS.flatMap((version) => [BINARY, TEXT].map((type) => [version, type] as const));

/** Of a call that ended without a message: in the head, as gRPC's Trailers-Only has it. */
function expectStatus(result: Result, type: string, code: number): void {
  expect(result).toMatchObject({ status: 200, messages: [], trailers: null, whole: true });
  expect(result.headers).toMatchObject({ 'content-type': type, 'grpc-status': String(code) });
  expect(result.body).toHaveLength(0);
}

test.each(EVERY)('an error without a message stays one over %s as %s', async (version, type) => {
  const server = await startServer(whole(({ end }) => end(5, 'no such apple', { 'x-detail': 'd' })));
  const gateway = await serving([server.manifest, httpRoute()]);
  const result = await call(gateway.port(), version, type, 'apple');
  expectStatus(result, type, 5);
  expect(result.headers).toMatchObject({ 'grpc-message': 'no such apple', 'x-detail': 'd' });
});

test.each(EVERY)('an error after messages is in the trailers over %s as %s', async (version, type) => {
  const server = await startServer(
    whole(({ send, end }) => {
      send('a');
      end(8, 'enough', { 'grpc-status-details-bin': 'AAAA' });
    }),
  );
  const gateway = await serving([server.manifest, httpRoute()]);
  const result = await call(gateway.port(), version, type, 'apple');
  const trailers = { 'grpc-status': '8', 'grpc-message': 'enough', 'grpc-status-details-bin': 'AAAA' };
  expect(result).toMatchObject({ messages: ['a'], trailers, whole: true });
});

test('an answer that ends without a status has one that says so', async () => {
  const server = await startServer(
    whole(({ stream }) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
      stream.end(framed('a'));
    }),
  );
  const gateway = await serving([server.manifest, httpRoute()]);
  const result = await call(gateway.port(), 'HTTP/1.1', BINARY, 'a');
  expect(result).toMatchObject({ messages: ['a'], trailers: { 'grpc-status': '2' }, whole: true });
});

test('what a backend answers that is no gRPC is passed on', async () => {
  const server = await startServer(
    whole(({ stream }) => {
      stream.respond({ ':status': 503, 'content-type': 'text/plain' });
      stream.end('busy');
    }),
  );
  const gateway = await serving([server.manifest, httpRoute()]);
  const result = await call(gateway.port(), 'HTTP/1.1', TEXT, 'a');
  expect(result).toMatchObject({ status: 503, headers: { 'content-type': 'text/plain' }, trailers: null });
  expect(result.body.toString()).toBe('busy');
});

test.each(EVERY)('errors of the proxy have a grpc-status over %s as %s', async (version, type) => {
  const service =
    'apiVersion: v1\nkind: Service\nmetadata: {name: shop, namespace: shop}\nspec: {ports: [{port: 8080}]}\n';
  for (const route of [httpRoute(), GRPC_ROUTE]) {
    const empty = await serving([service, route]);
    expectStatus(await call(empty.port(), version, type, 'a'), type, 14);
    expect(empty.metric('headgate_requests_total', { reason: 'no-endpoint' })).toBe(1);
    const invalid = await serving([route]);
    expectStatus(await call(invalid.port(), version, type, 'a'), type, 14);
  }
});

test.each(EVERY)('a policy that refuses a call says so in its words over %s as %s', async (version, type) => {
  const server = await startServer(() => {});
  const denied = `apiVersion: headgate.dev/v1alpha1
kind: AccessPolicy
metadata: {name: nobody, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: shop}]
  defaults: {ip: {deny: ["127.0.0.0/8"]}}
`;
  const gateway = await serving([server.manifest, httpRoute(), denied]);
  expectStatus(await call(gateway.port(), version, type, 'a'), type, 7);
  expect(await gateway.request('POST', '/')).toMatchObject({ status: 403 });
  expect(server.calls).toHaveLength(0);
});

test.each(EVERY)('a deadline passes before the first message and after it over %s as %s', async (version, type) => {
  const server = await startServer(
    whole(({ path, send }) => {
      if (path.endsWith('/Late')) send('a');
    }),
  );
  const timeouts = '      timeouts: {request: 400ms}';
  for (const [more, headers] of [
    ['', { 'grpc-timeout': '400m' }],
    [timeouts, {}],
  ] as const) {
    const gateway = await serving([server.manifest, httpRoute(more)]);
    expectStatus(await call(gateway.port(), version, type, 'a', headers, '/s/Never'), type, 4);
    const late = await call(gateway.port(), version, type, 'a', headers, '/s/Late');
    expect(late).toMatchObject({ messages: ['a'], trailers: { 'grpc-status': '4' }, whole: true });
    await until(() => server.calls.every(({ code }) => code === 8), 'the backend to be told');
  }
});

test.each(EVERY)(
  'a backend that breaks off is told of, if it was between two messages, over %s as %s',
  async (version, type) => {
    const server = await startServer(
      whole(({ path, send, stream }) => {
        send('a');
        if (path.endsWith('/Inside')) stream.write(framed('b').subarray(0, 4));
        setTimeout(() => stream.destroy(new Error('broken')), 100);
      }),
    );
    const gateway = await serving([server.manifest, httpRoute()]);
    const between = await call(gateway.port(), version, type, 'a', {}, '/s/Between');
    expect(between).toMatchObject({ messages: ['a'], trailers: { 'grpc-status': '14' }, whole: true });
    const inside = await call(gateway.port(), version, type, 'a', {}, '/s/Inside');
    expect(inside).toMatchObject({ messages: ['a'], trailers: null, whole: false });
  },
);

test.each(EVERY)('more than a request may have is refused over %s as %s', async (version, type) => {
  const server = await startServer(whole(({ end }) => end()));
  const gateway = await serving([server.manifest, httpRoute()], '{maxRequestBytes: 1000}');
  expectStatus(await call(gateway.port(), version, type, 'x'.repeat(995)), type, 0);
  expectStatus(await call(gateway.port(), version, type, 'x'.repeat(996)), type, 8);
  const opened = open(gateway.port(), version, { 'content-type': type });
  opened.body.on('error', () => {});
  opened.body.write(Buffer.alloc(400));
  await until(() => server.calls.length > 0 || type === TEXT, 'the call');
  opened.body.write('A'.repeat(4_000));
  const result = await opened.done;
  expect(result.headers['grpc-status']).toMatch(type === TEXT ? /^(8|13)$/ : /^8$/);
});

test.each(VERSIONS)('what is not base64 is refused over %s', async (version) => {
  const server = await startServer(whole(({ end }) => end()));
  const gateway = await serving([server.manifest, httpRoute()]);
  for (const body of ['AAAAAAA', 'AAAA-AAA', 'AA=A', '====', 'AAAA\r\nAAAA', 'A===']) {
    const opened = open(gateway.port(), version, { 'content-type': TEXT });
    opened.body.end(body);
    expectStatus(await opened.done, TEXT, 13);
  }
  expect(gateway.metric('headgate_requests_total', { reason: 'grpc-web-text' })).toBe(6);
  expectStatus(await call(gateway.port(), version, TEXT, 'a'), TEXT, 0);
});
