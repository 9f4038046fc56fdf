import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { structural } from '../src/api/policy/crd/schema.ts';
import { httpRouteFilterSpecSchema } from '../src/api/policy/http-route-filter.ts';
import { REQUEST_VALUES } from '../src/ir/transform.ts';
import { plain, rows } from './markdown.ts';
import { startBackend } from './requirements/backend.ts';
import { GATEWAY, startGateway } from './requirements/gateway.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/http-route-filter.md'), 'utf8');
const example = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;

test('the example does what the page says', async () => {
  const units = await startBackend(({ url }) => {
    return { status: 303, headers: { Location: `http://${units.endpoint}${url}/1` } };
  });
  const gateway = await startGateway([
    GATEWAY.replaceAll('  name: web\n', '  name: web\n  namespace: shop\n'),
    units.service('units', { namespace: 'shop', port: 8080 }),
    example,
  ]);
  const [, request, forwarded] = /`(GET \S+)` reaches the backend as `(GET \S+)`/.exec(page)!;
  const response = await gateway.request('GET', request!.slice('GET '.length));
  expect(`${units.last.method} ${units.last.url}`).toBe(forwarded);
  expect(units.last.header('x-client')).toBe('127.0.0.1');
  expect(units.last.header('x-backend-auth')).toBe('s3cret');
  expect(response.header('location')).toBe('http://a.example/api/subscriptions/s1/updates?unitId=u9&x=1/1');
  const gone = await gateway.request('GET', '/old/shoes');
  expect(gone).toMatchObject({ status: 410, body: '{"message": "this part of the shop is closed"}' });
  expect(gone.header('content-type')).toBe('application/json');
  for (const name of ['units', 'gone']) {
    expect(gateway.condition('HTTPRouteFilter', name, 'Programmed'), name).toMatchObject({ status: 'True' });
  }
});

type Schema = { readonly properties?: Record<string, Schema>; readonly items?: Schema };

test('every field of a transform and of a direct response is described', () => {
  const { properties = {} } = structural(httpRouteFilterSpecSchema) as Schema;
  const named = (heading: string) => {
    const fields = rows(page, heading).flatMap(([field]) => plain(field!).split(', '));
    return fields.filter((field) => !field.startsWith('{'));
  };
  const fieldsOf = ({ properties: members = {} }: Schema, prefix = ''): string[] =>
    Object.entries(members).flatMap(([name, member]) =>
      member.properties === undefined ? [`${prefix}${name}`] : fieldsOf(member, `${prefix}${name}.`),
    );
  expect(named('## Transform')).toEqual(fieldsOf(properties.transform!));
  expect(named('## DirectResponse')).toEqual(fieldsOf(properties.directResponse!));
});

test('every value that requests have is described', () => {
  for (const name of REQUEST_VALUES) expect(page).toContain(`\`{${name}}\``);
});
