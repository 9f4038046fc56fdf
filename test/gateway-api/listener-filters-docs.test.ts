import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startBackend } from '../requirements/backend.ts';
import { GATEWAY, startGateway } from '../requirements/gateway.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/listener-filters.md'), 'utf8');
const example = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;
const gatewayClass = GATEWAY.split('---\n')[0]!;

test('the example does what the page says', async () => {
  const tenants: Record<string, string> = { 'Bearer a': 'red', 'Bearer b': 'blue' };
  const signIn = await startBackend((request) => {
    const tenant = tenants[request.header('authorization') ?? ''];
    return tenant === undefined ? { status: 401 } : { headers: { 'X-Tenant': tenant } };
  });
  const red = await startBackend(() => 'red');
  const others = await startBackend(() => 'others');
  const gateway = await startGateway([
    gatewayClass,
    example,
    signIn.service('sign-in', { namespace: 'shop' }),
    red.service('red', { namespace: 'shop' }),
    others.service('others', { namespace: 'shop' }),
  ]);
  const ask = (authorization: string) =>
    gateway.request('GET', '/', { headers: { Authorization: authorization, 'X-Pool': 'pool-red' } });
  expect((await ask('Bearer a')).body).toBe('red');
  expect((await ask('Bearer b')).body).toBe('others');
  expect((await ask('Bearer c')).status).toBe(401);
  expect(gateway.condition('HTTPRouteFilter', 'tenant-path', 'Programmed')).toMatchObject({ status: 'True' });
});
