import { describe, expect, test } from 'vitest';
import { EXACT, OTHER } from '../fake/certificates.ts';
import { startBackend } from './backend.ts';
import { GATEWAY, type RequirementGateway, route, startGateway } from './gateway.ts';
import { type RedisOptions, type RequirementRedis, startRedis } from './redis.ts';
import { row } from './row.ts';

type Global = {
  readonly redis: RequirementRedis;
  readonly proxies: readonly [RequirementGateway, RequirementGateway];
  readonly manifests: readonly string[];
};

function policy(limits: string, more = ''): string {
  return `apiVersion: headgate.dev/v1alpha1
kind: RateLimitPolicy
metadata: {name: global}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: app}]
  defaults:
    limits: [${limits}]
    enforcement: Global
    redis: {backendRef: {name: redis, port: 6379}, timeout: 100ms${more}}
`;
}

/** Two proxies of one Gateway, and the Redis that they count in. */
async function global(
  limits: string,
  more = '',
  extra: readonly string[] = [],
  options: RedisOptions = {},
): Promise<Global> {
  const backend = await startBackend();
  const redis = await startRedis(options);
  const manifests = [
    GATEWAY,
    backend.service('app'),
    redis.service('redis'),
    route('app', '/', 'app'),
    policy(limits, more),
    ...extra,
  ];
  const proxies = [await startGateway(manifests), await startGateway(manifests)] as const;
  expect(proxies[0].condition('RateLimitPolicy', 'global', 'Accepted')).toMatchObject({ status: 'True' });
  return { redis, proxies, manifests };
}

/** The statuses of requests that go to one proxy after the other. */
async function spread(proxies: readonly RequirementGateway[], count: number): Promise<number[]> {
  const found: number[] = [];
  for (let index = 0; index < count; index++) {
    found.push((await proxies[index % proxies.length]!.request('GET', '/')).status);
  }
  return found;
}

const times = (status: number, count: number): number[] => new Array<number>(count).fill(status);
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Milliseconds that each request takes. */
async function durations(gateway: RequirementGateway, count: number): Promise<number[]> {
  const found: number[] = [];
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    await gateway.request('GET', '/');
    found.push(performance.now() - start);
  }
  return found;
}

const failures = (gateway: RequirementGateway): number => gateway.metric('headgate_rate_limit_redis_failures_total');

describe('proxies that count in a Redis', () => {
  row('RL-22', 'let through as many together as one alone', async () => {
    const { proxies } = await global('{name: a, requests: 10, interval: 1m}');
    expect(await spread(proxies, 14)).toEqual([...times(200, 10), ...times(429, 4)]);
    const refused = await proxies[0].request('GET', '/');
    expect(refused.header('Retry-After')).toMatch(/^(59|60)$/);
    expect(refused.header('RateLimit')).toMatch(/^"a";r=0;t=(59|60)$/);
    expect(refused.body).toBe('Too many requests: at most 10 in 1m.\n');
  });

  row('RL-22', 'let through no more when all of it comes at once', async () => {
    const { proxies } = await global('{name: a, requests: 25, interval: 1m}');
    const all = await Promise.all(Array.from({ length: 60 }, (_, index) => proxies[index % 2]!.request('GET', '/')));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(25);
    expect(all.filter(({ status }) => status === 429)).toHaveLength(35);
  });

  test('say how much is left of what they have together', async () => {
    const { proxies } = await global('{name: a, requests: 3, interval: 1m}');
    const fields: (string | null)[] = [];
    for (const proxy of [...proxies, ...proxies]) fields.push((await proxy.request('GET', '/')).header('RateLimit'));
    expect(fields.map((field) => field?.replace(/t=59/, 't=60'))).toEqual([2, 1, 0, 0].map((r) => `"a";r=${r};t=60`));
  });

  test('keep a penalty, and the interval that follows it', async () => {
    const { proxies } = await global('{name: a, requests: 2, interval: 1m, penalty: 1s}');
    expect(await spread(proxies, 3)).toEqual([200, 200, 429]);
    const begin = performance.now();
    while (performance.now() < begin + 500) expect(await spread(proxies, 2)).toEqual([429, 429]);
    await pause(begin + 1_050 - performance.now());
    expect(await spread(proxies, 3)).toEqual([200, 200, 429]);
  });

  test('count a request under all limits or under none', async () => {
    const { proxies } = await global(
      '{name: burst, requests: 2, interval: 800ms}, {name: all, requests: 3, interval: 1m}',
    );
    expect(await spread(proxies, 4)).toEqual([200, 200, 429, 429]);
    await pause(820);
    expect(await spread(proxies, 2)).toEqual([200, 429]);
  });

  test('show their password, choose a database, and name no client', async () => {
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: redis}\nstringData: {password: open-sesame}\n';
    const key = 'key: {type: Header, header: {name: X-Client-Id}}';
    const { proxies, redis } = await global(
      `{name: a, requests: 1, interval: 1m, ${key}}`,
      ', database: 3, credentialsRef: {name: redis}',
      [secret],
      { password: 'open-sesame' },
    );
    const as = { headers: { 'x-client-id': 'a secret client' } };
    expect((await proxies[0].request('GET', '/', as)).status).toBe(200);
    expect((await proxies[1].request('GET', '/', as)).status).toBe(429);
    expect(proxies.map(failures)).toEqual([0, 0]);
    expect(await redis.ask('DBSIZE')).toContain(':0');
    const keys = await redis.ask('SELECT 3\r\nKEYS *');
    expect(keys).toContain('headgate:ratelimitpolicy/default/global/a 1/60000/0 httproute/default/app:');
    expect(keys).not.toContain('secret client');
    // Counters go by themselves.
    expect(await redis.ask(`SELECT 3\r\nINFO keyspace`)).toMatch(/db3:keys=1,expires=1/);
  });
});

describe('a Redis behind a BackendTLSPolicy', () => {
  const authority = (chain: string): string[] => [
    `apiVersion: v1
kind: ConfigMap
metadata: {name: authority}
data: {ca.crt: ${JSON.stringify(chain)}}
`,
    `apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: redis}
spec:
  targetRefs: [{group: "", kind: Service, name: redis}]
  validation: {hostname: a.example, caCertificateRefs: [{group: "", kind: ConfigMap, name: authority}]}
`,
  ];

  test('is spoken to in TLS', async () => {
    const { proxies } = await global('{name: a, requests: 3, interval: 1m}', '', authority(EXACT.chain), {
      tls: EXACT,
    });
    expect(await spread(proxies, 4)).toEqual([200, 200, 200, 429]);
    expect(proxies.map(failures)).toEqual([0, 0]);
  });

  test('that shows a certificate of somebody else is told nothing', async () => {
    const { proxies } = await global('{name: a, requests: 3, interval: 1m}', '', authority(OTHER.chain), {
      tls: EXACT,
    });
    expect(await spread([proxies[0]], 4)).toEqual([200, 200, 200, 429]);
    expect(failures(proxies[0])).toBeGreaterThan(0);
  });
});

describe('a Redis that fails', () => {
  test('that is gone leaves each proxy to count by itself, and is used again when it is back', async () => {
    const { proxies, redis } = await global('{name: a, requests: 4, interval: 1m}');
    expect(await spread(proxies, 2)).toEqual([200, 200]);
    await redis.stop();
    // Each for itself now: as many as the policy says, in each.
    expect(await spread([proxies[0]], 5)).toEqual([...times(200, 4), 429]);
    expect(await spread([proxies[1]], 5)).toEqual([...times(200, 4), 429]);
    expect(proxies.map((proxy) => failures(proxy) > 0)).toEqual([true, true]);
    await redis.start();
    // The longest time between two attempts is two seconds; requests are what makes a proxy try.
    await pause(2_100);
    await spread(proxies, 2);
    await pause(100);
    expect(await spread(proxies, 6)).toEqual([...times(200, 4), 429, 429]);
  });

  test('that does not answer is waited for once, not by every request', async () => {
    const { proxies, redis } = await global('{name: a, requests: 1000, interval: 1m}');
    const [proxy] = proxies;
    await proxy.request('GET', '/');
    redis.freeze();
    try {
      const took = await durations(proxy, 20);
      expect(took[0]).toBeLessThan(400);
      // Connections are made to a Redis that is frozen too; while one is tried out no request waits for it.
      expect(took.slice(1).filter((time) => time > 90).length).toBeLessThan(5);
      expect(failures(proxy)).toBeGreaterThan(0);
    } finally {
      redis.thaw();
    }
  });

  test('that never answered is waited for once, and used when it does', async () => {
    const { proxies, redis } = await global('{name: a, requests: 4, interval: 1m}');
    redis.freeze();
    try {
      const took = await durations(proxies[0], 4);
      expect(took[0]).toBeLessThan(400);
      expect(took.slice(1).filter((time) => time > 90).length).toBeLessThan(2);
    } finally {
      redis.thaw();
    }
    await pause(300);
    // What its pod has counted is forgotten for what all of them count.
    expect((await spread(proxies, 8)).filter((status) => status === 200).length).toBeLessThanOrEqual(4);
    expect((await redis.ask('DBSIZE')).trim()).toContain(':1');
  });

  test('whose password is another is as good as gone', async () => {
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: redis}\nstringData: {password: wrong}\n';
    const { proxies } = await global(
      '{name: a, requests: 2, interval: 1m}',
      ', credentialsRef: {name: redis}',
      [secret],
      { password: 'open-sesame' },
    );
    expect(await spread([proxies[0]], 3)).toEqual([200, 200, 429]);
    expect(proxies[0].metric('headgate_rate_limit_redis_failures_total', { reason: 'WRONGPASS' })).toBeGreaterThan(0);
    expect(proxies[0].metrics()).not.toContain('wrong');
  });

  test('that was never there keeps nobody waiting', async () => {
    const { proxies, redis } = await global('{name: a, requests: 1, interval: 1m}');
    await redis.stop();
    expect(await spread([proxies[0]], 2)).toEqual([200, 429]);
  });

  test('that forgot the script is told it again', async () => {
    const { proxies, redis } = await global('{name: a, requests: 5, interval: 1m}');
    expect(await spread(proxies, 2)).toEqual([200, 200]);
    await redis.ask('SCRIPT FLUSH');
    await spread(proxies, 2);
    await pause(150);
    await spread(proxies, 2);
    await pause(150);
    expect((await spread(proxies, 10)).filter((status) => status === 200).length).toBeLessThanOrEqual(3);
  });
});
