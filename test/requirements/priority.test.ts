import { expect } from 'vitest';
import { GATEWAY } from './gateway.ts';
import { exact, httpRoute, matchPolicy, prefix, regex, rule, startMatching } from './matching.ts';
import { row } from './row.ts';

/** A Gateway whose routes may be of any namespace, and whose priorities count against the routes of this scope. */
function sharedGateway(scope: string): string {
  return `${GATEWAY}      allowedRoutes: {namespaces: {from: All}}
  infrastructure:
    parametersRef: {group: headgate.dev, kind: GatewayParameters, name: shared}
---
apiVersion: headgate.dev/v1alpha1
kind: GatewayParameters
metadata: {name: shared}
spec: {routePriority: {scope: ${scope}}}
`;
}

row(['PRIO-01', 'PRIO-02'], 'the higher priority is tried first, and 0 is that of a rule without one', async () => {
  const rules = [rule('exact', [exact('/a')]), rule('high', [prefix('/')]), rule('low', [prefix('/a')])];
  const narrow = { headers: [{ name: 'x', type: 'Absent' }] };
  const app = await startMatching(
    ['exact', 'high', 'low'],
    [
      httpRoute('r', rules),
      matchPolicy('r/high', { priority: 2, ...narrow }),
      matchPolicy('r/low', { priority: 1, ...narrow }),
    ],
  );
  await app.expect({ '/a': 'high' });
  await app.reload([httpRoute('r', rules), matchPolicy('r/low', { priority: 1 })]);
  await app.expect({ '/a': 'low', '/b': 'high' });
  await app.reload([httpRoute('r', rules), matchPolicy('r/exact', { priority: -1 })]);
  await app.expect({ '/a': 'low' });
  await app.reload([httpRoute('r', rules)]);
  await app.expect({ '/a': 'exact' });
});

row('PRIO-03', 'what matches every request is last, whatever its priority', async () => {
  const rules = [rule('all', [prefix('/')]), rule('orders', [prefix('/orders')]), rule('late', [prefix('/late')])];
  const late = matchPolicy('r/late', { priority: -5 });
  const app = await startMatching(
    ['all', 'orders', 'late'],
    [httpRoute('r', rules), matchPolicy('r/all', { priority: 9 }), late],
  );
  await app.expect({ '/orders': 'orders', '/late': 'late', '/x': 'all' });
  expect(app.gateway.condition('HTTPMatchPolicy', 'all', 'Accepted')).toMatchObject({
    status: 'True',
    message: expect.stringContaining('are always tried last, whatever the priority'),
  });
  await app.reload([
    httpRoute('r', rules),
    matchPolicy('r/all', { priority: 9, path: { template: '/{catchAll*}' } }),
    late,
  ]);
  await app.expect({ '/orders': 'orders', '/late': 'late', '/x': 'all' });
});

row('PRIO-04', 'a fixed path goes before a catch-all that is listed first', async () => {
  const rules = [rule('any', [prefix('/')]), rule('delete', [exact('/goods/delete')])];
  const template = matchPolicy('r/any', { path: { template: '/goods/{catchAll*}' } });
  const app = await startMatching(['any', 'delete'], [httpRoute('r', rules), template]);
  await app.expect({ '/goods/delete': 'delete', '/goods/x': 'any', '/x': '404' });
  await app.reload([httpRoute('r', rules), template, matchPolicy('r/delete', { priority: 1 })]);
  await app.expect({ '/goods/delete': 'delete', '/goods/x': 'any' });
});

row(['PRIO-05', 'PRIO-12'], 'of equals the oldest route wins, then the name, then the first rule', async () => {
  const to = (name: string, backend: string, creationTimestamp?: string) =>
    httpRoute(name, [rule(backend, [prefix('/a')]), rule('never', [prefix('/a')])], {}, { creationTimestamp });
  const old = to('z', 'old', '2026-01-01T00:00:00Z');
  const first = to('a', 'first', '2026-01-02T00:00:00Z');
  const second = to('b', 'second', '2026-01-02T00:00:00Z');
  const all = [old, first, second];
  const app = await startMatching(['old', 'first', 'second', 'never'], all);
  const policies = (priority: number) => ['z', 'a', 'b'].map((name) => matchPolicy(name, { priority }));
  for (const documents of [all, all.toReversed(), [first, old, second], [...all, ...policies(3)]]) {
    await app.reload(documents);
    await app.expect({ '/a': 'old' });
  }
  for (const documents of [
    [first, second],
    [second, first],
  ]) {
    await app.reload(documents);
    await app.expect({ '/a': 'first' });
  }
});

row('PRIO-06', 'without policies the precedence is that of the Gateway API', async () => {
  const headers = [{ name: 'x', value: '1' }];
  const rules = [
    rule('short', [prefix('/a')]),
    rule('query', [prefix('/a/b', { queryParams: [{ name: 'q', value: '1' }] })]),
    rule('header', [prefix('/a/b', { headers })]),
    rule('method', [prefix('/a/b', { method: 'GET' })]),
    rule('exact', [exact('/a/b')]),
  ];
  const names = ['exact', 'method', 'header', 'query', 'short'];
  const app = await startMatching(names, [httpRoute('r', rules)]);
  for (const name of names) {
    expect(await app.to('/a/b?q=1', { headers: [['x', '1']] })).toBe(name);
    rules.splice(
      rules.findIndex((one) => one.name === name),
      1,
    );
    if (rules.length > 0) await app.reload([httpRoute('r', rules)]);
  }
});

row('PRIO-07', 'priorities order regular expressions, which go before prefixes', async () => {
  const rules = [
    rule('version', [prefix('/version')]),
    rule('any', [regex('/version/any/.*')]),
    rule('status', [regex('.*/status/\\d+')]),
    rule('both', [regex('/version/\\d+/status/\\d+')]),
  ];
  const app = await startMatching(
    ['version', 'any', 'status', 'both'],
    [httpRoute('r', rules), matchPolicy('r/both', { priority: 6 })],
  );
  await app.expect({
    '/version/1/status/2': 'both',
    '/x/status/2': 'status',
    '/version/any/x': 'any',
    '/version/1': 'version',
  });
  await app.reload([httpRoute('r', rules), matchPolicy('r/status', { priority: 7 })]);
  await app.expect({ '/version/1/status/2': 'status' });
});

row(
  ['PRIO-08', 'PRIO-09'],
  'a path goes before a header: where other gateways count otherwise, a priority says so',
  async () => {
    const rules = [
      rule('path', [prefix('/a/b')]),
      rule('header', [prefix('/a', { method: 'GET', headers: [{ name: 'x', value: '1' }] })]),
    ];
    const app = await startMatching(['path', 'header'], [httpRoute('r', rules)]);
    const options = { headers: [['x', '1']] as [string, string][] };
    await app.expect({ '/a/b': 'path', '/a': 'header' }, options);
    await app.reload([httpRoute('r', rules), matchPolicy('r/header', { priority: 1 })]);
    await app.expect({ '/a/b': 'header' }, options);
    await app.expect({ '/a/b': 'path' });
  },
);

row('PRIO-10', 'a priority takes nothing from other namespaces unless the Gateway lets it', async () => {
  const documents = [
    httpRoute('r', [rule('plain', [prefix('/a/b')]), rule('mine', [prefix('/a')])], {}, { namespace: 'default' }),
    httpRoute('greedy', [rule('greedy', [prefix('/a')]), rule('own', [prefix('/a/c')])], {}, { namespace: 'other' }),
    matchPolicy('greedy/greedy', { priority: 100 }, { namespace: 'other' }),
  ];
  const backends = ['plain', 'mine', 'other/greedy', 'other/own'];
  const app = await startMatching(backends, documents, sharedGateway('Namespace'));
  // `/a` of both is equal but for the name of the route; below `/a/c` only the other namespace decides.
  await app.expect({ '/a/b': 'plain', '/a': 'mine', '/a/c': 'greedy' });
  const everywhere = await startMatching(backends, documents, sharedGateway('Gateway'));
  await everywhere.expect({ '/a/b': 'greedy', '/a': 'greedy', '/a/c': 'greedy' });
});

row('PRIO-12', 'a priority and the namespaces give the same winner in whatever order objects come', async () => {
  const documents = [
    httpRoute('r', [rule('one', [prefix('/a')]), rule('two', [prefix('/a/b')])]),
    httpRoute('s', [rule('three', [prefix('/a/b/c')]), rule('four', [prefix('/')])], {}, { namespace: 'other' }),
    matchPolicy('r/one', { priority: 5 }),
    matchPolicy('s/four', { priority: 5, headers: [{ name: 'x', type: 'Absent' }] }, { namespace: 'other' }),
  ];
  const backends = ['one', 'two', 'other/three', 'other/four'];
  const app = await startMatching(backends, documents, sharedGateway('Namespace'));
  for (const order of [
    documents,
    documents.toReversed(),
    [documents[2]!, documents[1]!, documents[3]!, documents[0]!],
  ]) {
    await app.reload(order);
    await app.expect({ '/a/b/c': 'four', '/a/b': 'one', '/a': 'one', '/x': 'four' });
  }
});

row('PRIO-01', 'explain says which priority of which policy a rule lost to', async () => {
  const rules = [rule('low', [exact('/a')]), rule('high', [prefix('/a')]), rule('narrow', [prefix('/')])];
  const app = await startMatching(
    ['low', 'high', 'narrow'],
    [
      httpRoute('r', rules),
      matchPolicy('r/high', { priority: 2 }),
      matchPolicy('r/narrow', { cookies: [{ name: 'beta', value: '1' }] }),
    ],
  );
  const lost = Object.fromEntries(app.explain('/a').candidates.map(({ name, lost: why }) => [name, why]));
  expect(lost).toEqual({
    high: null,
    low: 'priority 0 is lower than priority 2 (HTTPMatchPolicy default/high) of httproute/default/r/rule/1, match 0',
    narrow: 'cookie beta is absent (HTTPMatchPolicy default/narrow)',
  });
});

row('PRIO-11', 'of two matches that are the same one wins, and the other route says so', async () => {
  const to = (name: string, method: string, creationTimestamp: string) =>
    httpRoute(name, [rule(name, [prefix('/a', { method }), prefix(`/${name}`)])], {}, { creationTimestamp });
  const old = to('old', 'GET', '2026-01-01T00:00:00Z');
  const young = to('young', 'GET', '2026-01-02T00:00:00Z');
  const app = await startMatching(['old', 'young'], [young, old]);
  await app.expect({ '/a': 'old', '/young': 'young' });
  expect(app.gateway.condition('HTTPRoute', 'young', 'headgate.dev/Shadowed')).toMatchObject({
    status: 'True',
    reason: 'SameMatch',
    message: 'rules[0].matches[0] asks for the same as rules[0].matches[0] of HTTPRoute default/old, which goes first',
  });
  expect(app.gateway.condition('HTTPRoute', 'young', 'Accepted')).toMatchObject({ status: 'True' });
  expect(app.gateway.condition('HTTPRoute', 'old', 'headgate.dev/Shadowed')).toBeUndefined();
  await app.reload([young, to('old', 'POST', '2026-01-01T00:00:00Z')]);
  await app.expect({ 'GET /a': 'young', 'POST /a': 'old' });
  expect(app.gateway.condition('HTTPRoute', 'young', 'headgate.dev/Shadowed')).toBeUndefined();
});
