/** Rows of group OBS: spans. */
import { expect } from 'vitest';
import { type DecodedSpan, decodeSpans } from '../fake/otlp.ts';
import { type RequirementBackend, startBackend } from './backend.ts';
import { row } from './row.ts';
import { shop, telemetryPolicy } from './telemetry.ts';
import { until } from './until.ts';

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
        telemetryPolicy(
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
    telemetryPolicy(
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
    telemetryPolicy('tracing', 'Gateway/web', 'tracing:\n  provider: {backendRef: {name: trace, port: 80}}\n'),
    collector,
  );
  await gateway.request('GET', '/orders');
  await until(() => gateway.metric('headgate_spans_total') === 1, 'the span to be taken');
  expect(collector.requests).toHaveLength(2);
  await collector.close();
  expect(await gateway.request('GET', '/orders')).toMatchObject({ status: 200 });
  await until(() => gateway.metric('headgate_spans_dropped_total') === 1, 'the span to be lost');
});
