/** What is imported into policies of ours does what it did before. */
import { expect, test } from 'vitest';
import { type RequirementBackend, startBackend } from '../requirements/backend.ts';
import { type RequirementGateway, startGateway } from '../requirements/gateway.ts';
import { runImport } from './run.ts';

async function imported(
  format: string,
  sample: string,
): Promise<{ gateway: RequirementGateway; app: RequirementBackend }> {
  const app = await startBackend();
  const { manifests } = await runImport(format, sample, { 19001: app.port });
  return { gateway: await startGateway(manifests), app };
}

/** All policies and filters that were made are in effect. */
function expectAccepted(gateway: RequirementGateway, ...but: readonly string[]): void {
  const kinds = gateway.statuses().map((object) => [object.kind, object.namespace, object.name] as const);
  const ours = kinds.filter(([kind]) => kind.endsWith('Policy') || kind === 'HTTPRouteFilter');
  expect(ours.length).toBeGreaterThan(0);
  for (const [kind, namespace, name] of ours.filter(([, , one]) => !but.includes(one))) {
    const condition = gateway.condition(kind, `${namespace}/${name}`, 'Accepted');
    expect([kind, name, condition?.status, condition?.message]).toEqual([kind, name, 'True', expect.anything()]);
  }
}

test("policies of Kong's plugins", async () => {
  const { gateway, app } = await imported('kong', 'kong-policies.yaml');
  expectAccepted(gateway);
  const keyed = (headers: Record<string, string>, from?: string) => gateway.request('GET', '/keyed', { headers, from });
  expect(await keyed({})).toMatchObject({ status: 401 });
  expect(await keyed({ 'X-Key': 'toms-key' })).toMatchObject({ status: 200 });
  expect(app.last.header('x-key')).toBeNull();
  expect(await keyed({ 'X-Key': 'lauras-key' }, '127.0.0.9')).toMatchObject({ status: 403 });

  const limited = async () => (await gateway.request('GET', '/limited')).status;
  expect([await limited(), await limited(), await limited()]).toEqual([200, 200, 429]);
  expect(await gateway.request('GET', '/limited')).toMatchObject({ body: 'too much' });

  expect(await gateway.request('GET', '/ended')).toMatchObject({ status: 410, body: '{"message":"it is gone"}' });
  await gateway.request('GET', '/changed?a=1');
  expect(app.last).toMatchObject({ method: 'POST', url: '/changed?from=kong&a=1' });

  await gateway.request('GET', '/cached');
  const count = app.requests.length;
  expect(await gateway.request('GET', '/cached')).toMatchObject({ status: 200, body: 'ok' });
  expect(app.requests).toHaveLength(count);
});

test("policies of Ocelot's options", async () => {
  const { gateway, app } = await imported('ocelot', 'ocelot-policies.json');
  // It wants claims, and whoever has them is not imported.
  expectAccepted(gateway, 'protected');
  for (const [from, to] of [
    ['/api/invoices_acme/42-7_data/abc', '/invoices/acme/42/7/abc'],
    ['/API/Invoices_acme/42-7_data/a/b', '/invoices/acme/42/7/a/b'],
    ['/api/units/s1/u9/updates?x=1', '/api/subscriptions/s1/updates?unitId=u9&x=1'],
  ]) {
    expect(await gateway.request('GET', from!)).toMatchObject({ status: 200 });
    expect(app.last.url).toBe(to);
  }
  expect(await gateway.request('GET', '/api/invoices_acme/427_data/abc')).toMatchObject({ status: 404 });

  const limited = async (client: string) =>
    (await gateway.request('GET', '/limited', { headers: { 'Oc-Client': client } })).status;
  expect([await limited('a'), await limited('a'), await limited('a'), await limited('b')]).toEqual([
    200, 200, 429, 200,
  ]);
  for (let i = 0; i < 5; i++) expect(await limited('admin-client')).toBe(200);

  for (const [address, status] of Object.entries({ '127.0.0.1': 200, '127.0.0.5': 200, '127.0.0.6': 403 })) {
    expect(await gateway.request('GET', '/office', { from: address })).toMatchObject({ status });
  }

  app.handler = () => ({ status: 302, headers: { Location: `http://${app.endpoint}/other` } });
  const moved = await gateway.request('GET', 'http://shop.example/moved');
  expect(moved.header('location')).toBe('http://shop.example/other');
  expect(app.last.header('x-custom-header')).toBe('value');

  // What code protected is closed.
  const before = app.requests.length;
  expect((await gateway.request('GET', '/protected')).status).toBeGreaterThanOrEqual(403);
  expect(app.requests).toHaveLength(before);
  app.handler = () => 'cached';
  const cached = async (value: string) => {
    await gateway.request('GET', '/cached', { headers: { 'OC-Cache-Control': value } });
    return app.requests.length;
  };
  const first = await cached('1');
  expect([await cached('1'), await cached('2')]).toEqual([first, first + 1]);
});

test("policies of Apinto's and APIPark's conditions", async () => {
  const { gateway, app } = await imported('apinto', 'apinto-policies.yaml');
  expectAccepted(gateway);
  await gateway.request('GET', '/path/x/y');
  expect(app.last.url).toBe('/path/y');
  const beta = (path: string, headers: Record<string, string>) => gateway.request('GET', path, { headers });
  const before = app.requests.length;
  await beta('/beta', { Cookie: 'a=1; beta=1', 'User-Agent': 'shop/1.0' });
  expect(app.requests).toHaveLength(before + 1);
  // Whatever does not meet the conditions falls to the router for everything, which refuses an address.
  const from = '127.0.0.9';
  expect(await gateway.request('GET', '/beta', { from })).toMatchObject({ status: 403 });
  const meets = { Cookie: 'beta=1', 'User-Agent': 'shop' };
  expect(await gateway.request('GET', '/beta', { headers: meets, from })).toMatchObject({ status: 200 });
  expect(await gateway.request('GET', '/beta?off', { headers: meets, from })).toMatchObject({ status: 403 });
  // An intercepted path still goes before one for everything.
  expect(await gateway.request('GET', '/intercepted/a')).toMatchObject({ status: 404, body: 'router disable' });
  expect(app.requests).toHaveLength(before + 2);
});
