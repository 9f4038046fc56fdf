import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeSpans } from './fake/otlp.ts';
import { startBackend } from './requirements/backend.ts';
import { GATEWAY, startGateway } from './requirements/gateway.ts';
import { until } from './requirements/until.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/telemetry-policy.md'), 'utf8');
const [, policy] = /^```yaml\n([\s\S]*?)^```/m.exec(page)!;
const [, report] = /^```json\n([\s\S]*?)^```/m.exec(page)!;

const ROUTE = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: orders, namespace: shop}
spec:
  parentRefs: [{name: web}]
  rules: [{backendRefs: [{name: orders, port: 80}]}]
`;

test('the example of docs/telemetry-policy.md does what the page says', async () => {
  const [orders, audit, collector] = await Promise.all([
    startBackend(() => ({ status: 201 })),
    startBackend(),
    startBackend(),
  ]);
  const gateway = await startGateway([
    GATEWAY.replace('  name: web\n', '  name: web\n  namespace: shop\n'),
    ROUTE,
    orders.service('orders', { namespace: 'shop' }),
    audit.service('request-audit', { namespace: 'shop', port: 3000 }),
    collector.service('otel-collector', { namespace: 'shop', port: 4318 }),
    policy!,
  ]);
  expect(gateway.condition('TelemetryPolicy', 'orders', 'Programmed')).toMatchObject({ status: 'True' });
  await gateway.request('POST', 'http://shop.example/orders?token=secret', {
    headers: {
      Authorization: 'Bearer secret',
      'Content-Type': 'text/plain',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    },
    body: 'two apples',
  });
  await until(() => audit.requests.length === 1 && collector.requests.length === 1, 'a report and a span');
  expect(audit.last.url).toBe('/trace');
  const shown = JSON.parse(report!);
  const told = JSON.parse(audit.last.body);
  expect(Object.keys(told)).toEqual(Object.keys(shown));
  for (const field of ['traceId', 'rule', 'url', 'method', 'redactedHeaders', 'body', 'status']) {
    expect(told[field]).toEqual(shown[field]);
  }
  expect(told.headers).toMatchObject(shown.headers);
  const { resource, spans } = decodeSpans(collector.last.header('content-type')!, collector.last.bytes);
  expect(resource).toEqual({ 'service.name': 'shop-gateway' });
  expect(spans).toMatchObject([{ name: 'POST httproute/shop/orders/rule/0' }]);
});
