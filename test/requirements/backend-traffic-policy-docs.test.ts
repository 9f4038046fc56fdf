/** docs/backend-traffic-policy.md: its example works, and its tables are those of the schema. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { backendTrafficPolicySpecSchema } from '../../src/api/policy/backend-traffic-policy.ts';
import { structural } from '../../src/api/policy/crd/schema.ts';
import { explanationText } from '../../src/command/print/explanation.ts';
import { explainRequest } from '../../src/command/request.ts';
import { plain, rows } from '../markdown.ts';
import { service, startBackend } from './backend.ts';
import { GATEWAY, startGateway } from './gateway.ts';
import { cookieOf } from './traffic.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/backend-traffic-policy.md'), 'utf8');

test('the example is served as it stands', async () => {
  const example = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;
  const backends = await Promise.all(
    [2, 3].map((last) => startBackend(() => `cart ${last}`, { address: `127.0.0.${last}` })),
  );
  const web = GATEWAY.replace('  name: web\n', '  name: web\n  namespace: shop\n');
  const gateway = await startGateway([web, service('cart', backends, { namespace: 'shop' }), example]);
  expect(gateway.condition('BackendTrafficPolicy', 'cart', 'Accepted')).toMatchObject({ status: 'True' });
  expect(gateway.condition('HTTPRoute', 'cart', 'Accepted')).toMatchObject({ status: 'True' });
  const first = await gateway.request('GET', '/cart');
  expect(first.body).toBe('cart 2');
  expect(cookieOf(first)).toMatch(/^cart-session=/);
  const request = { method: 'GET', url: 'http://a.example/cart', headers: [] };
  const explained = explainRequest(gateway.tables, request, { portOffset: 0, gateway: null, accounts: null });
  expect(explanationText(explained)).toMatch(
    /BackendTrafficPolicy shop\/cart holds for service\/shop\/cart\/80: LeastRequest; sessions by cookie cart-session, over 20m/,
  );
  // Its endpoint is gone: the session goes on with the other one.
  await backends[0]!.close();
  const second = await gateway.request('GET', '/cart', { headers: { cookie: cookieOf(first) } });
  expect(second).toMatchObject({ status: 200, body: 'cart 3' });
});

type Schema = {
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly properties?: Record<string, Schema>;
};

const { properties = {} } = structural(backendTrafficPolicySpecSchema) as Schema;

test('every way of balancing is in the table', () => {
  const told = rows(page, '## Balancing').map(([type]) => plain(type!).replace(' (default)', ''));
  expect(told).toEqual(properties.loadBalancer!.properties!.type!.enum);
});

test('every field of sessions is in the table, and every field of the circuit breaker with its default', () => {
  const fields = (schema: Schema, prefix = ''): [string, unknown][] =>
    Object.entries(schema.properties ?? {}).flatMap(([name, inner]): [string, unknown][] =>
      inner.properties === undefined ? [[`${prefix}${name}`, inner.default]] : fields(inner, `${prefix}${name}.`),
    );
  const sessions = fields(properties.sessionPersistence!).map(([name]) => name);
  const told = rows(page, '## Sessions').map(([name]) => plain(name!));
  expect(told.toSorted()).toEqual(sessions.filter((name) => name !== 'header.name').toSorted());
  const breaker = fields(properties.circuitBreaker!);
  const shown = rows(page, '## Circuit breaker').map(([name, fallback]) => [plain(name!), plain(fallback!)]);
  expect(shown).toEqual(
    breaker.map(([name, fallback]) => [
      name,
      Array.isArray(fallback) ? `${fallback[0]} to ${fallback.at(-1)}` : String(fallback ?? ''),
    ]),
  );
});
