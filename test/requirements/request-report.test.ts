/** Rows of group OBS: reports of requests. */
import { expect, test } from 'vitest';
import { startBackend } from './backend.ts';
import { GATEWAY, refusals, route, startGateway } from './gateway.ts';
import { row } from './row.ts';
import { REPORT, reports, shop, telemetryPolicy } from './telemetry.ts';
import { until } from './until.ts';

row(
  ['OBS-01', 'OBS-02', 'OBS-03'],
  'only the route that asks for it is reported, to its sink, with all parts',
  async () => {
    const sink = await startBackend();
    const { gateway } = await shop(telemetryPolicy('trace-orders', 'HTTPRoute/orders', REPORT), sink);
    expect(gateway.condition('TelemetryPolicy', 'trace-orders', 'Accepted')).toMatchObject({ status: 'True' });
    expect(gateway.condition('TelemetryPolicy', 'trace-orders', 'Programmed')).toMatchObject({ status: 'True' });
    await gateway.request('GET', '/users/7');
    const answer = await gateway.request('POST', 'http://shop.example/orders/17?x=1', {
      headers: [
        ['X-A', '1'],
        ['x-a', '2'],
        ['Content-Type', 'text/plain'],
      ],
      body: 'größe',
    });
    expect(answer).toMatchObject({ status: 200, body: 'ok' });
    const [report, ...more] = await reports(sink, 1);
    expect(more).toEqual([]);
    expect(sink.last).toMatchObject({ method: 'POST', url: '/trace' });
    expect(sink.last.header('content-type')).toBe('application/json');
    expect(report).toMatchObject({
      url: 'http://shop.example/orders/17?x=1',
      method: 'POST',
      headers: { host: ['shop.example'], 'x-a': ['1', '2'], 'content-type': ['text/plain'] },
      body: { encoding: 'utf8', content: 'größe', bytes: 7, truncated: false },
      rule: 'httproute/default/orders/rule/0',
      status: 200,
    });
  },
);

row('OBS-04', 'credentials are never reported, and a policy can add to them but take nothing away', async () => {
  const sink = await startBackend();
  const { gateway, app } = await shop(
    telemetryPolicy(
      'trace',
      'HTTPRoute/orders',
      `${REPORT}  redactHeaders: [X-Session]\n  redactQueryParams: [token]\n`,
    ),
    sink,
  );
  const secrets = [
    ['AUTHORIZATION', 'Bearer s3cret'],
    ['cookie', 'session=s3cret'],
    ['X-Api-Key', 's3cret'],
    ['x-session', 's3cret'],
  ] as const;
  await gateway.request('GET', '/orders?token=s3cret&a=1', { headers: [...secrets, ['X-Other', 'seen']] });
  const [report] = await reports(sink, 1);
  expect(sink.last.body).not.toContain('s3cret');
  expect(report!.headers).toMatchObject({ 'x-other': ['seen'] });
  expect(report!.redactedHeaders).toEqual(['authorization', 'cookie', 'x-api-key', 'x-session']);
  expect(report!.url).toBe('http://a.example/orders?token=REDACTED&a=1');
  // The backend gets what the client sent.
  expect(app.last.header('authorization')).toBe('Bearer s3cret');
  expect(app.last.url).toBe('/orders?token=s3cret&a=1');
});

row('OBS-05', 'what the gateway itself adds to requests is not in their reports', async () => {
  const sink = await startBackend();
  const app = await startBackend(() => ({ headers: { 'Set-Cookie': 'session=s3cret' }, body: 'ok' }));
  const adds = `filters:
  - type: RequestHeaderModifier
    requestHeaderModifier:
      set:
        - {name: X-Gateway-Secret, value: s3cret}
`;
  const gateway = await startGateway([
    GATEWAY,
    app.service('app'),
    sink.service('trace'),
    route('orders', '/orders', 'app', adds),
    telemetryPolicy('trace', 'HTTPRoute/orders', REPORT),
  ]);
  await gateway.request('GET', '/orders', { headers: [['Proxy-Authorization', 's3cret']] });
  await reports(sink, 1);
  expect(app.last.header('x-gateway-secret')).toBe('s3cret');
  expect(sink.last.body).not.toContain('s3cret');
});

row('OBS-06', 'a long body is cut in its report, a binary one is in base64, and neither is held up', async () => {
  const sink = await startBackend();
  const { gateway, app } = await shop(
    telemetryPolicy('trace', 'HTTPRoute/orders', `${REPORT}  body: {maxBytes: 10}\n`),
    sink,
  );
  const long = 'x'.repeat(100_000);
  await gateway.request('POST', '/orders', { body: long });
  await gateway.request('POST', '/orders', { headers: [['Transfer-Encoding', 'chunked']], body: long });
  await gateway.request('POST', '/orders', { body: long, http2: true });
  await gateway.request('POST', '/orders', { body: Buffer.from([0xff, 0xfe, 0x00]) });
  expect(app.requests.map(({ bytes }) => bytes.length)).toEqual([100_000, 100_000, 100_000, 3]);
  const [plain, chunked, http2, binary] = await reports(sink, 4);
  for (const report of [plain, chunked, http2]) {
    expect(report!.body).toEqual({ encoding: 'utf8', content: 'x'.repeat(10), bytes: 100_000, truncated: true });
  }
  expect(binary!.body).toEqual({ encoding: 'base64', content: '//4A', bytes: 3, truncated: false });

  // The first half of a body is at the backend before the second half is sent.
  let half = '';
  app.server.removeAllListeners('request');
  app.server.on('request', (request, response) => {
    request.on('data', (part: Buffer) => {
      half += part.toString();
    });
    request.on('end', () => response.end());
  });
  const client = await gateway.connect();
  await client.write(`POST /orders HTTP/1.1\r\nHost: a.example\r\nContent-Length: 40\r\n\r\n${'a'.repeat(20)}`);
  await until(() => half === 'a'.repeat(20), 'the first half');
  await client.write('b'.repeat(20));
  expect(await client.response()).toMatchObject({ status: 200 });
});

row('OBS-07', 'a sink that is slow, or gone, costs the client nothing, and what is lost is counted', async () => {
  let answer: () => void = () => {};
  const sink = await startBackend((_, response) => {
    answer = () => response.end();
    return null;
  });
  const { gateway } = await shop(telemetryPolicy('trace', 'HTTPRoute/orders', `${REPORT}  timeout: 200ms\n`), sink);
  const started = performance.now();
  for (let i = 0; i < 20; i++) expect(await gateway.request('GET', '/orders')).toMatchObject({ status: 200 });
  expect(performance.now() - started).toBeLessThan(2_000);
  await until(() => gateway.metric('headgate_request_reports_dropped_total') === 20, 'all reports to be lost');
  expect(gateway.metric('headgate_request_reports_total')).toBe(0);
  answer();
  await sink.close();
  expect(await gateway.request('GET', '/orders')).toMatchObject({ status: 200 });
  await until(() => gateway.metric('headgate_request_reports_dropped_total') === 21, 'the last one to be lost');
  expect(gateway.metric('headgate_requests_total', { code: '2xx' })).toBe(21);
});

row('OBS-07', 'there is a bound to what waits for a slow sink', async () => {
  const sink = await startBackend(() => null);
  const { gateway } = await shop(telemetryPolicy('trace', 'HTTPRoute/orders', `${REPORT}  timeout: 1m\n`), sink);
  const client = await gateway.connect();
  for (let i = 0; i < 1_100; i++) {
    await client.write('GET /orders HTTP/1.1\r\nHost: a.example\r\n\r\n');
    expect((await client.response()).status).toBe(200);
  }
  expect(gateway.metric('headgate_request_reports_dropped_total')).toBe(1_100 - 1_024);
});

row(['OBS-01', 'POL-02', 'POL-04'], "a route's policy stands in place of the Gateway's, as a whole", async () => {
  const sink = await startBackend();
  const { gateway } = await shop(
    `${telemetryPolicy('all', 'Gateway/web', REPORT)}---\n${telemetryPolicy('none', 'HTTPRoute/users', 'accessLog: {mode: Disabled}\n')}`,
    sink,
    await startBackend(),
  );
  for (const name of ['all', 'none']) {
    expect(gateway.condition('TelemetryPolicy', name, 'Accepted')).toMatchObject({ status: 'True' });
  }
  await gateway.request('GET', '/users');
  await gateway.request('GET', '/orders');
  expect((await reports(sink, 1)).map(({ rule }) => rule)).toEqual(['httproute/default/orders/rule/0']);
});

row('OBS-02', 'a sink that does not exist is said to be missing, and costs no request', async () => {
  const app = await startBackend();
  const gateway = await startGateway([
    GATEWAY,
    app.service('app'),
    route('orders', '/orders', 'app'),
    telemetryPolicy('trace', 'HTTPRoute/orders', REPORT),
  ]);
  expect(gateway.condition('TelemetryPolicy', 'trace', 'Accepted')).toMatchObject({
    status: 'False',
    reason: 'Invalid',
    message: 'requestReport.backendRef: Service default/trace does not exist',
  });
  expect(await gateway.request('GET', '/orders')).toMatchObject({ status: 200 });
  const trace = await startBackend();
  await gateway.reload([
    GATEWAY,
    app.service('app'),
    trace.service('trace'),
    route('orders', '/orders', 'app'),
    telemetryPolicy('trace', 'HTTPRoute/orders', REPORT),
  ]);
  expect(gateway.condition('TelemetryPolicy', 'trace', 'Accepted')).toMatchObject({ status: 'True' });
  await gateway.request('GET', '/orders');
  await reports(trace, 1);
});

row('OBS-08', 'what is to be done to the requests of a route is a typed field: an unknown one is refused', () => {
  expect(refusals(telemetryPolicy('trace', 'HTTPRoute/orders', `${REPORT}  fields: [URL, Everything]\n`))).toEqual([
    expect.stringContaining('spec.requestReport.fields[1]: must be one of'),
  ]);
});

test('nor is what stands where an AccessPolicy looks for credentials', async () => {
  const sink = await startBackend();
  const { gateway } = await shop(
    `${telemetryPolicy('trace', 'HTTPRoute/orders', REPORT)}---
apiVersion: headgate.dev/v1alpha1
kind: AccessPolicy
metadata: {name: partners}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: orders}]
  defaults:
    authentication:
      type: APIKey
      apiKey:
        secretRefs: [{name: partners}]
        sources: [{type: Header, name: X-Partner}, {type: QueryParam, name: key}]
---
apiVersion: v1
kind: Secret
metadata: {name: partners}
stringData: {acme: s3cret}
`,
    sink,
  );
  expect(await gateway.request('GET', '/orders', { headers: { 'X-Partner': 's3cret' } })).toMatchObject({
    status: 200,
  });
  expect(await gateway.request('GET', '/orders?key=s3cret&a=1')).toMatchObject({ status: 200 });
  expect(await gateway.request('GET', '/orders?key=an0ther')).toMatchObject({ status: 401 });
  const all = await reports(sink, 3);
  expect(JSON.stringify(all)).not.toMatch(/s3cret|an0ther/);
  expect(all.map(({ url }) => url)).toContain('http://a.example/orders?key=REDACTED&a=1');
});
