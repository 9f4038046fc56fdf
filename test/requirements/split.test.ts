/** Requirements, section 4: traffic splitting and releases. */
import { expect } from 'vitest';
import { type RequirementBackend, service, startBackend } from './backend.ts';
import { GATEWAY, type RequirementGateway, route, startGateway } from './gateway.ts';
import { row } from './row.ts';
import { answers, cookieOf, sleep, startNamed, tally, trafficPolicy } from './traffic.ts';

type Ref = readonly [name: string, weight: number];

/** An HTTPRoute that splits everything; `more` goes into its rule. */
function split(refs: readonly Ref[], more = ''): string {
  const backendRefs = refs.map(([name, weight]) => `        - {name: ${name}, port: 80, weight: ${weight}}`).join('\n');
  return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: app}
spec:
  parentRefs: [{name: web}]
  rules:
    - backendRefs:
${backendRefs}
${more.replace(/^(?=.)/gm, '      ')}`;
}

async function versions(): Promise<{ v1: RequirementBackend; v2: RequirementBackend; services: string[] }> {
  const [v1, v2] = [await startBackend(() => 'v1'), await startBackend(() => 'v2')];
  return { v1, v2, services: [v1.service('v1'), v2.service('v2')] };
}

const ASK = 'GET / HTTP/1.1\r\nHost: a.example\r\n\r\n';

/** Bodies of `count` requests on one connection, many of them sent at once. */
async function onOneConnection(gateway: RequirementGateway, count: number): Promise<string[]> {
  const client = await gateway.connect();
  const found: string[] = [];
  while (found.length < count) {
    const several = Math.min(100, count - found.length);
    await client.write(ASK.repeat(several));
    for (let index = 0; index < several; index++) found.push((await client.response()).body);
  }
  client.close();
  return found;
}

row(
  'SPLIT-01',
  'a weight is an exact share of the requests, in every proxy and overall',
  async () => {
    const { services } = await versions();
    const manifests = [
      GATEWAY,
      ...services,
      split([
        ['v1', 95],
        ['v2', 5],
      ]),
    ];
    for (const gateway of [await startGateway(manifests), await startGateway(manifests)]) {
      const counts = tally(await onOneConnection(gateway, 10_000));
      expect(counts).toEqual({ v1: 9_500, v2: 500 });
    }
  },
  120_000,
);

row(['SPLIT-02', 'SPLIT-03'], 'editing weights moves the traffic without a failed request, up and down', async () => {
  const { v1, v2, services } = await versions();
  const at = (percent: number): string[] => [
    GATEWAY,
    ...services,
    split([
      ['v1', 100 - percent],
      ['v2', percent],
    ]),
  ];
  const gateway = await startGateway(at(5));
  const statuses: number[] = [];
  let isOver = false;
  const load = async () => {
    while (!isOver) statuses.push((await gateway.request('GET', '/')).status);
  };
  const running = Promise.all([load(), load()]);
  for (const percent of [25, 50, 100]) {
    await gateway.reload(at(percent));
    await sleep(50);
    const counts = tally(await onOneConnection(gateway, 100));
    expect(Math.abs((counts.v2 ?? 0) - percent)).toBeLessThanOrEqual(2);
  }
  // Back: what is under way in v2 finishes, nothing new gets there.
  v2.handler = ({ url }) => (url === '/slow' ? { body: 'finished', delay: 300 } : 'v2');
  const slow = gateway.request('GET', '/slow');
  await sleep(100);
  await gateway.reload(at(0));
  // What was sent before that may still be on its way into the backend's own record.
  await sleep(50);
  const before = v2.requests.length;
  expect(tally(await onOneConnection(gateway, 50))).toEqual({ v1: 50 });
  expect(v2.requests.length).toBe(before);
  expect(await slow).toMatchObject({ status: 200, body: 'finished' });
  isOver = true;
  await running;
  expect(tally(statuses.map(String))).toEqual({ 200: statuses.length });
  expect(v1.requests.length).toBeGreaterThan(0);
});

row('SPLIT-04', 'after a switch is acknowledged no request reaches the old version', async () => {
  const { v1, v2, services } = await versions();
  const blue = [
    GATEWAY,
    ...services,
    split([
      ['v1', 100],
      ['v2', 0],
    ]),
  ];
  const green = [
    GATEWAY,
    ...services,
    split([
      ['v1', 0],
      ['v2', 100],
    ]),
  ];
  const gateway = await startGateway(blue);
  // A connection that was there before is switched too.
  const client = await gateway.connect();
  const ask = async (): Promise<string> => (await client.request(ASK)).body;
  expect(await ask()).toBe('v1');
  let isOver = false;
  const load = async () => {
    while (!isOver) await gateway.request('GET', '/');
  };
  const running = Promise.all([load(), load()]);
  for (const [manifests, now, old] of [
    [green, v2, v1],
    [blue, v1, v2],
    [green, v2, v1],
  ] as const) {
    await gateway.reload(manifests);
    await sleep(50);
    const before = [now.requests.length, old.requests.length];
    await sleep(100);
    expect(await ask()).toBe(now === v1 ? 'v1' : 'v2');
    expect(old.requests.length).toBe(before[1]);
    expect(now.requests.length).toBeGreaterThan(before[0]!);
  }
  isOver = true;
  await running;
});

row(['SPLIT-05', 'NO-16'], 'requests, errors and durations are counted by rule and by backend', async () => {
  const { v1, v2, services } = await versions();
  v2.handler = () => ({ status: 500 });
  const split1to1 = split([
    ['v1', 1],
    ['v2', 1],
  ]);
  const gateway = await startGateway([GATEWAY, ...services, split1to1]);
  for (let index = 0; index < 10; index++) await gateway.request('GET', '/');
  const rule = 'httproute/default/app/rule/0';
  expect(gateway.metric('headgate_requests_total', { rule, code: '2xx' })).toBe(5);
  expect(gateway.metric('headgate_requests_total', { rule, code: '5xx' })).toBe(5);
  expect(gateway.metric('headgate_request_duration_seconds_count', { rule })).toBe(10);
  const stable = 'service/default/v1/80';
  const canary = 'service/default/v2/80';
  const counted = (backend: string, code: string): number =>
    gateway.metric('headgate_backend_requests_total', { rule, backend, code });
  expect([counted(stable, '2xx'), counted(stable, '5xx')]).toEqual([5, 0]);
  expect([counted(canary, '2xx'), counted(canary, '5xx')]).toEqual([0, 5]);
  v1.handler = () => ({ body: 'v1', delay: 300 });
  for (let index = 0; index < 2; index++) await gateway.request('GET', '/');
  const seconds = (backend: string): number =>
    gateway.metric('headgate_backend_request_duration_seconds_sum', { rule, backend });
  expect(seconds(stable)).toBeGreaterThan(0.3);
  expect(seconds(canary)).toBeLessThan(0.3);
});

row(['SPLIT-06', 'NO-19'], 'an explicit choice by header or path goes before the weights', async () => {
  const { services } = await versions();
  const chosen = `    - matches:
        - headers: [{name: x-version, value: v2}]
        - path: {type: PathPrefix, value: /v2}
      backendRefs: [{name: v2, port: 80}]
`;
  const gateway = await startGateway([
    GATEWAY,
    ...services,
    split([
      ['v1', 100],
      ['v2', 0],
    ]) + chosen,
  ]);
  expect(tally(await answers(gateway, 5))).toEqual({ v1: 5 });
  expect(tally(await answers(gateway, 5, { headers: { 'x-version': 'v2' } }))).toEqual({ v2: 5 });
  expect(tally(await answers(gateway, 5, {}, '/v2/x'))).toEqual({ v2: 5 });
});

row('SPLIT-07', 'the share of an invalid backend is 500, that of one without endpoints 503', async () => {
  const { services } = await versions();
  const empty = 'apiVersion: v1\nkind: Service\nmetadata: {name: empty}\nspec: {ports: [{port: 80}]}\n';
  const statuses = async (gateway: RequirementGateway, count: number): Promise<Record<string, number>> => {
    const found: string[] = [];
    for (let index = 0; index < count; index++) found.push(String((await gateway.request('GET', '/')).status));
    return tally(found);
  };
  const gateway = await startGateway([
    GATEWAY,
    ...services,
    split([
      ['v1', 1],
      ['missing', 1],
    ]),
  ]);
  expect(await statuses(gateway, 10)).toEqual({ 200: 5, 500: 5 });
  expect(gateway.condition('HTTPRoute', 'app', 'ResolvedRefs')).toMatchObject({
    status: 'False',
    reason: 'BackendNotFound',
  });
  await gateway.reload([
    GATEWAY,
    ...services,
    empty,
    split([
      ['v1', 3],
      ['empty', 1],
    ]),
  ]);
  expect(await statuses(gateway, 8)).toEqual({ 200: 6, 503: 2 });
  await gateway.reload([
    GATEWAY,
    ...services,
    split([
      ['missing', 1],
      ['gone', 1],
    ]),
  ]);
  expect(await statuses(gateway, 4)).toEqual({ 500: 4 });
});

row('SPLIT-08', 'when all weights are zero every request is answered 500', async () => {
  const { v1, v2, services } = await versions();
  const gateway = await startGateway([
    GATEWAY,
    ...services,
    split([
      ['v1', 0],
      ['v2', 0],
    ]),
  ]);
  for (let index = 0; index < 4; index++) expect((await gateway.request('GET', '/')).status).toBe(500);
  expect(v1.requests.length + v2.requests.length).toBe(0);
  expect(gateway.condition('HTTPRoute', 'app', 'Accepted')).toMatchObject({ status: 'True' });
});

const SESSIONS = 'sessionPersistence: {type: Cookie, cookie: {name: release}}\n';

row('SPLIT-09', 'a client that got v2 stays there while weights change, and goes when v2 has none', async () => {
  const { v2, services } = await versions();
  const at = (percent: number): string[] => [
    GATEWAY,
    ...services,
    split(
      [
        ['v1', 100 - percent],
        ['v2', percent],
      ],
      SESSIONS,
    ),
  ];
  const gateway = await startGateway(at(50));
  const found = [await gateway.request('GET', '/'), await gateway.request('GET', '/')];
  expect(tally(found.map(({ body }) => body))).toEqual({ v1: 1, v2: 1 });
  const mine = cookieOf(found.find(({ body }) => body === 'v2')!);
  for (const percent of [50, 1, 90, 5]) {
    await gateway.reload(at(percent));
    expect(tally(await answers(gateway, 10, { headers: { cookie: mine } }))).toEqual({ v2: 10 });
  }
  // New pods of v2 are still v2.
  const next = await startBackend(() => 'v2');
  await v2.close();
  await gateway.reload([
    GATEWAY,
    services[0]!,
    next.service('v2'),
    split(
      [
        ['v1', 95],
        ['v2', 5],
      ],
      SESSIONS,
    ),
  ]);
  const moved = await gateway.request('GET', '/', { headers: { cookie: mine } });
  expect(moved.body).toBe('v2');
  expect(cookieOf(moved)).not.toBe('');
  // A rollback is for everybody.
  await gateway.reload([
    GATEWAY,
    services[0]!,
    next.service('v2'),
    split(
      [
        ['v1', 100],
        ['v2', 0],
      ],
      SESSIONS,
    ),
  ]);
  expect(tally(await answers(gateway, 5, { headers: { cookie: cookieOf(moved) } }))).toEqual({ v1: 5 });
});

row('SPLIT-09', 'new sessions are split by weight, and stay with their endpoint', async () => {
  const stable = await startNamed(3);
  const canary = await startBackend(() => 'canary');
  const gateway = await startGateway([
    GATEWAY,
    service('v1', stable),
    canary.service('v2'),
    split(
      [
        ['v1', 3],
        ['v2', 1],
      ],
      SESSIONS,
    ),
    trafficPolicy('sessionPersistence: {type: Cookie, cookie: {name: other}}', 'v1', 'v1'),
  ]);
  const found = [];
  for (let index = 0; index < 12; index++) found.push(await gateway.request('GET', '/'));
  expect(tally(found.map(({ body }) => body))).toEqual({ 0: 3, 1: 3, 2: 3, canary: 3 });
  for (const response of found) {
    // The rule's sessions go before those of the Service's policy.
    expect(cookieOf(response)).toMatch(/^release=/);
    const again = await answers(gateway, 3, { headers: { cookie: cookieOf(response) } });
    expect(new Set(again)).toEqual(new Set([response.body]));
  }
});

row('SPLIT-09', 'sessions of one rule mean nothing to another', async () => {
  const backends = await startNamed(3);
  const rule = (name: string): string =>
    route(name, `/${name}`, 'app', 'sessionPersistence: {type: Cookie, cookie: {name: same}}');
  const gateway = await startGateway([GATEWAY, service('app', backends), rule('a'), rule('b')]);
  const first = await gateway.request('GET', '/a');
  const there = await gateway.request('GET', '/b', { headers: { cookie: cookieOf(first) } });
  expect(cookieOf(there)).toMatch(/^same=/);
  expect(cookieOf(there)).not.toBe(cookieOf(first));
});

row('SPLIT-09', 'a permanent session has an end that using it does not move', async () => {
  const backends = await startNamed(2);
  const more =
    'sessionPersistence: {type: Cookie, absoluteTimeout: 1h, cookie: {name: long, path: /app, lifetimeType: Permanent}}';
  const gateway = await startGateway([GATEWAY, service('app', backends), route('app', '/', 'app', more)]);
  const field = (await gateway.request('GET', '/')).header('set-cookie')!;
  expect(field).toMatch(/; Path=\/app; HttpOnly; SameSite=Strict; Max-Age=3600; Expires=\w{3}, \d\d \w{3} \d{4} /);
  const [cookie] = field.split(';');
  const again = await gateway.request('GET', '/', { headers: { cookie: cookie! } });
  expect(again.header('set-cookie')).toBeNull();
});

row('SPLIT-10', 'a share does not depend on the number of endpoints', async () => {
  const v1 = await startBackend(() => 'v1');
  const many = await startNamed(10);
  const gateway = await startGateway([
    GATEWAY,
    v1.service('v1'),
    service('v2', many),
    split([
      ['v1', 95],
      ['v2', 5],
    ]),
  ]);
  const counts = tally(await onOneConnection(gateway, 400));
  expect(counts.v1).toBe(380);
});
