import { afterAll, beforeAll, expect, test } from 'vitest';
import { create, kube, kubectl, makeNamespace, patch, RELEASE, removeNamespace, SYSTEM, until } from './cluster.ts';
import { headgate, headgateJson } from './command.ts';
import { httpRoute, routeProgrammed, startBackend, startGateway } from './shop.ts';

let namespace: string;
let gateway: string;

beforeAll(async () => {
  namespace = await makeNamespace('cli');
  gateway = `${namespace}/web`;
  await Promise.all([startGateway(namespace), startBackend(namespace, 'echo', 1)]);
  await create(httpRoute(namespace, 'all', '/'));
  await routeProgrammed(namespace, 'all');
});

afterAll(async () => {
  await removeNamespace(namespace);
  await kube.close();
});

test('status shows Gateways with their proxies, and exits 0 when all is well', async () => {
  const { code, out, err } = await headgate('status', '-n', namespace);
  expect(err).toBe('');
  expect(out).toMatch(/^GATEWAY +CLASS +ADDRESS +PROGRAMMED +ROUTES +READY +CURRENT +REVISION +PINNED\n/);
  expect(out).toMatch(new RegExp(`\n${gateway} +${RELEASE} +[\\d.]+ +True +1 +1/1 +1/1 +[0-9a-f]{12} +-\n$`));
  expect(code).toBe(0);
  const data = await headgateJson('status', '-n', namespace);
  const [shown] = data.gateways;
  expect(shown.proxies).toMatchObject([{ gateway, ready: true, revision: shown.revision, behindSince: null }]);
});

test('status tells what is wrong and exits 1', async () => {
  await create(httpRoute(namespace, 'broken', '/broken', 'nobody'));
  const { out, code } = await until('the broken route is told', async () => {
    const told = await headgate('status', '-n', namespace);
    return told.out.includes(`HTTPRoute ${namespace}/broken,`) ? told : null;
  });
  expect(out).toContain(
    `HTTPRoute ${namespace}/broken, parent ${gateway}: ResolvedRefs is False, BackendNotFound: rules[0].backendRefs[0]: Service ${namespace}/nobody does not exist`,
  );
  expect(code).toBe(1);
});

test('explain asks the controller, about what is served and about an earlier revision', async () => {
  const url = 'http://shop.example/cart';
  await create(httpRoute(namespace, 'cart', '/cart'));
  await routeProgrammed(namespace, 'cart');
  const now = await headgate('explain', '--gateway', gateway, 'GET', url);
  expect(now.out).toMatch(new RegExp(`httproute/${namespace}/cart/rule/0 +0 +\\* +prefix /cart +wins\n`));
  const { revisions } = await headgateJson('history', gateway);
  const before = revisions.find(({ changed }: { changed: { rules?: string[] } }) =>
    changed?.rules?.some((key) => key.includes('/broken/')),
  );
  const then = await headgateJson('explain', '--gateway', gateway, '--revision', before.revision, 'GET', url);
  expect(then.gateways[0].outcome.rule).toBe(`httproute/${namespace}/all/rule/0`);
});

test('history lists revisions and diff shows what changed, entry by entry', async () => {
  await patch('HTTPRoute', namespace, 'cart', {
    spec: {
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/basket' } }],
          backendRefs: [{ name: 'echo', port: 80 }],
        },
      ],
    },
  });
  const [, previous] = await until('the change is in the history', async () => {
    const { revisions } = await headgateJson('history', gateway);
    return revisions[0].changed?.rules?.includes(`httproute/${namespace}/cart/rule/0`) ? revisions : null;
  });
  const served = new RegExp(`Z +[0-9a-f]{12} +served +rules: httproute/${namespace}/cart/rule/0\n`);
  await until('the change is served', async () => served.test((await headgate('history', gateway)).out));
  const { out, code } = await headgate('diff', gateway, previous.revision.slice(0, 12));
  expect(out).toContain(
    `~ rules httproute/${namespace}/cart/rule/0\n    matches[0].path.value: "/cart" -> "/basket"\n`,
  );
  expect(code).toBe(0);
});

test('what does not exist is told', async () => {
  const unknown = await headgate('history', 'nowhere/web');
  expect([unknown.code, unknown.out]).toEqual([1, '']);
  expect(unknown.err).toMatch(/^headgate history: gateway: there is no "nowhere\/web" here; there are: /);
  const revision = await headgate('diff', gateway, '00000000');
  expect(revision.err).toMatch(/^headgate diff: revision: 00000000 of Gateway .* is not known to this controller/);
  const installation = await headgate('status', '--installation', 'nowhere/headgate');
  expect(installation.code).toBe(1);
  expect(installation.err).toMatch(/there is no controller pod/);
});

test('the controller answers to Prometheus and the kubelet, and the rest only on its loopback', async () => {
  const pods = JSON.parse(kubectl('get', 'pods', '-n', SYSTEM, '-o', 'json')).items;
  const { podIP } = pods[0].status;
  const ask = async (path: string) => (await fetch(`http://${podIP}:9902${path}`)).status;
  expect(await ask('/readyz')).toBe(200);
  expect(await ask('/metrics')).toBe(200);
  for (const path of ['/table', '/history', '/explain']) expect(await ask(path)).toBe(404);
  await expect(fetch(`http://${podIP}:9901/healthz`)).rejects.toThrow();
});
