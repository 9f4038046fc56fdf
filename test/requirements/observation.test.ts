import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type DecodedSpan, decodeSpans } from '../fake/otlp.ts';
import { freeOffset, Headgate, Manifests } from '../standalone/headgate.ts';
import { type RequirementBackend, startBackend } from './backend.ts';
import { accessLines, GATEWAY, type RequirementGateway, refusals, route, startGateway } from './gateway.ts';
import { row } from './row.ts';
import { until } from './until.ts';

function policy(name: string, target: string, spec: string): string {
  const [kind, object] = target.split('/');
  return `apiVersion: headgate.dev/v1alpha1
kind: TelemetryPolicy
metadata:
  name: ${name}
spec:
  targetRefs:
    - {group: gateway.networking.k8s.io, kind: ${kind}, name: ${object}}
${spec.replace(/^(?=.)/gm, '  ')}
`;
}

type Report = {
  url: string;
  method: string;
  headers: Record<string, string[]>;
  redactedHeaders: string[];
  body: { encoding: string; content: string; bytes: number; truncated: boolean };
  rule: string;
  status: number;
  traceId: string;
  requestId: string;
};

/** The reports that a sink was sent, when there are so many. */
async function reports(sink: RequirementBackend, count: number): Promise<Report[]> {
  await until(() => sink.requests.length >= count, `${count} reports`);
  return sink.requests.map(({ body }) => JSON.parse(body) as Report);
}

const REPORT = `requestReport:
  backendRef: {name: trace, port: 80}
  path: /trace
`;

/** Two routes, `/orders` and `/users`, to one backend, and a sink of the name `trace`. */
async function shop(
  policies: string,
  sink: RequirementBackend,
  app?: RequirementBackend,
): Promise<{ gateway: RequirementGateway; app: RequirementBackend }> {
  const backend = app ?? (await startBackend());
  const gateway = await startGateway([
    GATEWAY,
    backend.service('app'),
    sink.service('trace'),
    route('orders', '/orders', 'app'),
    route('users', '/users', 'app'),
    policies,
  ]);
  return { gateway, app: backend };
}

row(
  ['OBS-01', 'OBS-02', 'OBS-03'],
  'only the route that asks for it is reported, to its sink, with all parts',
  async () => {
    const sink = await startBackend();
    const { gateway } = await shop(policy('trace-orders', 'HTTPRoute/orders', REPORT), sink);
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
    policy('trace', 'HTTPRoute/orders', `${REPORT}  redactHeaders: [X-Session]\n  redactQueryParams: [token]\n`),
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
    policy('trace', 'HTTPRoute/orders', REPORT),
  ]);
  await gateway.request('GET', '/orders', { headers: [['Proxy-Authorization', 's3cret']] });
  await reports(sink, 1);
  expect(app.last.header('x-gateway-secret')).toBe('s3cret');
  expect(sink.last.body).not.toContain('s3cret');
});

row('OBS-06', 'a long body is cut in its report, a binary one is in base64, and neither is held up', async () => {
  const sink = await startBackend();
  const { gateway, app } = await shop(policy('trace', 'HTTPRoute/orders', `${REPORT}  body: {maxBytes: 10}\n`), sink);
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
  const { gateway } = await shop(policy('trace', 'HTTPRoute/orders', `${REPORT}  timeout: 200ms\n`), sink);
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
  const { gateway } = await shop(policy('trace', 'HTTPRoute/orders', `${REPORT}  timeout: 1m\n`), sink);
  const client = await gateway.connect();
  for (let i = 0; i < 1_100; i++) {
    await client.write('GET /orders HTTP/1.1\r\nHost: a.example\r\n\r\n');
    expect((await client.response()).status).toBe(200);
  }
  expect(gateway.metric('headgate_request_reports_dropped_total')).toBe(1_100 - 1_024);
});

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** The spans that a collector got, whatever batches they came in. */
function spansOf(collector: RequirementBackend): DecodedSpan[] {
  return collector.requests.flatMap(
    (request) => decodeSpans(request.header('content-type') ?? '', request.bytes).spans,
  );
}

row(
  'OBS-10',
  'spans go to a collector by OTLP in either encoding, and are the parents of what backends do',
  async () => {
    for (const encoding of ['Protobuf', 'JSON']) {
      const collector = await startBackend(() => '');
      const { gateway, app } = await shop(
        policy(
          'tracing',
          'Gateway/web',
          `tracing:
  provider:
    backendRef: {name: trace, port: 80}
    encoding: ${encoding}
    headers: [{name: X-Tenant, value: shop}]
  serviceName: shop-gateway
  attributes:
    - {name: shop.user, sourceType: Header, headerName: X-User}
    - {name: shop.region, sourceType: Literal, literalValue: eu}
`,
        ),
        collector,
      );
      await gateway.request('GET', '/orders?x=1', {
        headers: [
          ['traceparent', TRACEPARENT],
          ['tracestate', 'a=1'],
          ['X-User', 'tom'],
        ],
      });
      await gateway.request('GET', '/users');
      await until(() => spansOf(collector).length === 2, 'two spans');
      expect(collector.last).toMatchObject({ method: 'POST', url: '/v1/traces' });
      expect(collector.last.header('x-tenant')).toBe('shop');
      const { resource } = decodeSpans(collector.last.header('content-type')!, collector.last.bytes);
      expect(resource).toEqual({ 'service.name': 'shop-gateway' });

      const [child, root] = spansOf(collector) as [DecodedSpan, DecodedSpan];
      expect(child).toMatchObject({
        traceId: '0af7651916cd43dd8448eb211c80319c',
        parentSpanId: 'b7ad6b7169203331',
        traceState: 'a=1',
        name: 'GET httproute/default/orders/rule/0',
        kind: 2,
        status: 0,
      });
      expect(child.attributes).toMatchObject({
        'http.request.method': 'GET',
        'http.response.status_code': 200n,
        'url.path': '/orders',
        'url.scheme': 'http',
        'server.address': 'a.example',
        'client.address': '127.0.0.1',
        'headgate.rule': 'httproute/default/orders/rule/0',
        'headgate.backend': 'service/default/app/80',
        'shop.user': 'tom',
        'shop.region': 'eu',
      });
      expect(child.end).toBeGreaterThan(child.start);
      // The backend continues our span, with the caller's state.
      const [first, second] = app.requests as [(typeof app.requests)[number], (typeof app.requests)[number]];
      expect(first.header('traceparent')).toBe(`00-${child.traceId}-${child.spanId}-01`);
      expect(first.header('tracestate')).toBe('a=1');
      expect(root.parentSpanId).toBe('');
      expect(second.headers.filter(([name]) => name.toLowerCase() === 'traceparent')).toHaveLength(1);
      expect(second.header('traceparent')).toBe(`00-${root.traceId}-${root.spanId}-03`);
      await gateway.close();
    }
  },
);

row('OBS-10', 'the caller decides what is sampled, and the rate decides about the rest', async () => {
  const collector = await startBackend(() => '');
  const { gateway, app } = await shop(
    policy(
      'tracing',
      'HTTPRoute/orders',
      `tracing:
  provider: {backendRef: {name: trace, port: 80}}
  samplingRate: {numerator: 0}
`,
    ),
    collector,
  );
  const notSampled = TRACEPARENT.replace(/01$/, '00');
  await gateway.request('GET', '/orders', { headers: [['traceparent', notSampled]] });
  await gateway.request('GET', '/orders');
  await gateway.request('GET', '/orders', { headers: [['traceparent', TRACEPARENT]] });
  await until(() => spansOf(collector).length > 0, 'a span');
  expect(spansOf(collector)).toHaveLength(1);
  expect(app.requests[0]!.header('traceparent')).toBe(notSampled);
  expect(app.requests[2]!.header('traceparent')).not.toBe(TRACEPARENT);
});

row(['OBS-07', 'OBS-10'], 'a collector that fails is asked again, and one that is gone costs no request', async () => {
  let fails = 1;
  const collector = await startBackend(() => ({ status: fails-- > 0 ? 503 : 200 }));
  const { gateway } = await shop(
    policy('tracing', 'Gateway/web', 'tracing:\n  provider: {backendRef: {name: trace, port: 80}}\n'),
    collector,
  );
  await gateway.request('GET', '/orders');
  await until(() => gateway.metric('headgate_spans_total') === 1, 'the span to be taken');
  expect(collector.requests).toHaveLength(2);
  await collector.close();
  expect(await gateway.request('GET', '/orders')).toMatchObject({ status: 200 });
  await until(() => gateway.metric('headgate_spans_dropped_total') === 1, 'the span to be lost');
});

row('OBS-11', 'every route has its metrics, and its own say about the access log', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'access.log');
  const app = await startBackend();
  const gateway = await startGateway(
    [
      GATEWAY,
      app.service('app'),
      route('orders', '/orders', 'app'),
      route('users', '/users', 'app'),
      policy('quiet', 'HTTPRoute/users', 'accessLog: {mode: Disabled}\n'),
    ],
    { flags: ['--access-log', file] },
  );
  await gateway.request('GET', '/orders/1');
  await gateway.request('GET', '/users/1');
  await gateway.request('GET', '/nothing');
  await until(() => accessLines(file).length === 2, 'two lines');
  expect(accessLines(file)).toMatchObject([
    { method: 'GET', path: '/orders/1', status: 200, rule: 'httproute/default/orders/rule/0' },
    { path: '/nothing', status: 404 },
  ]);
  for (const name of ['orders', 'users']) {
    const labels = { rule: `httproute/default/${name}/rule/0`, code: '2xx' };
    expect(gateway.metric('headgate_requests_total', labels)).toBe(1);
    expect(gateway.metric('headgate_request_duration_seconds_count', { rule: labels.rule })).toBe(1);
  }
});

row('OBS-11', "a route's requests are logged where no others are", async () => {
  const app = await startBackend();
  const manifests = new Manifests({
    'all.yaml': [
      GATEWAY,
      app.service('app'),
      route('orders', '/orders', 'app'),
      route('users', '/users', 'app'),
      policy('loud', 'HTTPRoute/orders', 'accessLog: {mode: Enabled}\n'),
    ].join('---\n'),
  });
  const offset = await freeOffset();
  const flags = ['--port-offset', String(offset), '--admin', 'off', '--workers', '1'];
  const headgate = new Headgate(['standalone', '-f', manifests.path, ...flags]);
  await headgate.said(/Gateway default\/web: http/);
  for (const path of ['/users/1', '/orders/1']) await fetch(`http://127.0.0.1:${80 + offset}${path}`);
  await headgate.said(/"path":"\/orders\/1"/);
  expect(headgate.out).not.toContain('"path":"/users/1"');
});

const DEBUG = `apiVersion: headgate.dev/v1alpha1
kind: GatewayParameters
metadata:
  name: debug
spec:
  debugHeader: {mode: Enabled, clientCIDRs: [127.0.0.1/32]}
`;

row('OBS-12', 'clients that may know are told which route took their request, when they ask', async () => {
  const app = await startBackend();
  const gateway = await startGateway([
    `${GATEWAY}  infrastructure:
    parametersRef: {group: headgate.dev, kind: GatewayParameters, name: debug}
`,
    DEBUG,
    app.service('app'),
    route('orders', '/orders', 'app'),
  ]);
  expect(gateway.condition('GatewayParameters', 'debug', 'Accepted')).toMatchObject({ status: 'True' });
  const asked = await gateway.request('GET', '/orders', { headers: { 'Headgate-Debug': '1' } });
  expect(asked.header('headgate-rule')).toBe('httproute/default/orders/rule/0');
  expect(asked.header('headgate-backend')).toBe('service/default/app/80');
  expect(app.last.header('headgate-debug')).toBeNull();
  const silent = await gateway.request('GET', '/orders');
  const other = await gateway.request('GET', '/orders', { headers: { 'Headgate-Debug': '1' }, from: '127.0.0.2' });
  for (const { headers } of [silent, other]) {
    expect(headers.filter(([name]) => name.toLowerCase().startsWith('headgate-'))).toEqual([]);
  }
});

row(['OBS-01', 'POL-02', 'POL-04'], "a route's policy stands in place of the Gateway's, as a whole", async () => {
  const sink = await startBackend();
  const { gateway } = await shop(
    `${policy('all', 'Gateway/web', REPORT)}---\n${policy('none', 'HTTPRoute/users', 'accessLog: {mode: Disabled}\n')}`,
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
    policy('trace', 'HTTPRoute/orders', REPORT),
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
    policy('trace', 'HTTPRoute/orders', REPORT),
  ]);
  expect(gateway.condition('TelemetryPolicy', 'trace', 'Accepted')).toMatchObject({ status: 'True' });
  await gateway.request('GET', '/orders');
  await reports(trace, 1);
});

row('OBS-08', 'what is to be done to the requests of a route is a typed field: an unknown one is refused', () => {
  expect(refusals(policy('trace', 'HTTPRoute/orders', `${REPORT}  fields: [URL, Everything]\n`))).toEqual([
    expect.stringContaining('spec.requestReport.fields[1]: must be one of'),
  ]);
});
