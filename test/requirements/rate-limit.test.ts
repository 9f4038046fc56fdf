/** Rows of group RL: how many requests are let through, and for how long no more are. */
import { expect, test } from 'vitest';
import { GATEWAY, refusals, route } from './gateway.ts';
import { limitPolicy, made, statuses, TARGET, times, until } from './rate-limit.ts';
import { row } from './row.ts';

row('RL-01', 'requests 1 to 100 of a minute pass and the next one does not', async () => {
  const { backend, gateway } = await made([limitPolicy('{limits: [{name: a, requests: 100, interval: 1m}]}')]);
  expect(gateway.condition('RateLimitPolicy', 'limit', 'Accepted')).toMatchObject({ status: 'True' });
  expect(gateway.condition('RateLimitPolicy', 'limit', 'Programmed')).toMatchObject({ status: 'True' });
  expect(await statuses(gateway, 101)).toEqual([...times(200, 100), 429]);
  expect(backend.requests).toHaveLength(100);
});

row('RL-02', 'nothing is limited without a policy, or where one without limits is nearer', async () => {
  const gatewayPolicy = limitPolicy(
    '{limits: [{name: a, requests: 1, interval: 1m}]}',
    '{group: gateway.networking.k8s.io, kind: Gateway, name: web}',
  );
  const { gateway, backend } = await made([gatewayPolicy]);
  const manifests = [GATEWAY, backend.service('app'), route('app', '/', 'app')];
  expect(await statuses(gateway, 2)).toEqual([200, 429]);
  await gateway.reload([...manifests, gatewayPolicy, limitPolicy('{limits: []}', TARGET, 'defaults', 'none')]);
  expect(await statuses(gateway, 3)).toEqual(times(200, 3));
  await gateway.reload(manifests);
  expect(await statuses(gateway, 3)).toEqual(times(200, 3));
});

row('RL-03', 'an interval is a Duration: 500ms, 1m30s, 24h', async () => {
  const { gateway } = await made([limitPolicy('{limits: [{name: a, requests: 1, interval: 500ms}]}')]);
  expect(await statuses(gateway, 2)).toEqual([200, 429]);
  await until(performance.now() + 520);
  expect(await statuses(gateway, 2)).toEqual([200, 429]);
  for (const interval of ['1m30s', '24h']) {
    expect(refusals(limitPolicy(`{limits: [{name: a, requests: 1, interval: ${interval}}]}`))).toEqual([]);
  }
  expect(refusals(limitPolicy('{limits: [{name: a, requests: 1, interval: 1d}]}'))[0]).toContain('must be a duration');
});

row(['RL-04', 'RL-05'], 'a penalty is exact, and a new interval follows it', async () => {
  const { gateway } = await made([limitPolicy('{limits: [{name: a, requests: 3, interval: 1m, penalty: 1s}]}')]);
  expect(await statuses(gateway, 3)).toEqual(times(200, 3));
  await until(performance.now() + 300);
  const begin = performance.now();
  expect(await statuses(gateway, 1)).toEqual([429]);
  await until(begin + 600);
  expect(await statuses(gateway, 1)).toEqual([429]);
  await until(begin + 1_050);
  const field = (await gateway.request('GET', '/')).header('RateLimit');
  expect(field).toBe('"a";r=2;t=60');
  expect(await statuses(gateway, 3)).toEqual([200, 200, 429]);
});

row('RL-06', 'a penalty may be longer than the interval', async () => {
  const { gateway } = await made([limitPolicy('{limits: [{name: a, requests: 5, interval: 100ms, penalty: 1s}]}')]);
  expect(await statuses(gateway, 6)).toEqual([...times(200, 5), 429]);
  const begin = performance.now();
  await until(begin + 500);
  expect(await statuses(gateway, 1)).toEqual([429]);
  await until(begin + 1_050);
  expect(await statuses(gateway, 1)).toEqual([200]);
});

row(
  ['RL-07', 'RL-08'],
  'without a penalty the interval is waited for, and asking does not make it longer',
  async () => {
    const { backend, gateway } = await made([limitPolicy('{limits: [{name: a, requests: 2, interval: 1s}]}')]);
    const begin = performance.now();
    expect(await statuses(gateway, 2)).toEqual([200, 200]);
    for (let at = 150; at <= 600; at += 150) {
      await until(begin + at);
      expect(await statuses(gateway, 1)).toEqual([429]);
    }
    expect(backend.requests).toHaveLength(2);
    await until(begin + 1_100);
    expect(await statuses(gateway, 1)).toEqual([200]);
  },
);

row('RL-08', 'requests that are refused do not make a penalty longer', async () => {
  const { gateway } = await made([limitPolicy('{limits: [{name: a, requests: 1, interval: 1m, penalty: 1s}]}')]);
  expect(await statuses(gateway, 2)).toEqual([200, 429]);
  const begin = performance.now();
  for (let at = 150; at <= 600; at += 150) {
    await until(begin + at);
    expect(await statuses(gateway, 1)).toEqual([429]);
  }
  await until(begin + 1_050);
  expect(await statuses(gateway, 1)).toEqual([200]);
});

test('of several limits all must let a request through, and one that does not leaves the others as they are', async () => {
  const limits = '{name: burst, requests: 2, interval: 600ms}, {name: all, requests: 3, interval: 1m}';
  const { gateway } = await made([limitPolicy(`{limits: [${limits}]}`)]);
  expect(await statuses(gateway, 4)).toEqual([200, 200, 429, 429]);
  await until(performance.now() + 620);
  expect(await statuses(gateway, 2)).toEqual([200, 429]);
  const refused = await gateway.request('GET', '/');
  expect(refused.header('RateLimit')).toMatch(/^"burst";r=1;t=1, "all";r=0;t=(59|60)$/);
  expect(refused.header('RateLimit-Policy')).toBe('"burst";q=2;w=1, "all";q=3;w=60');
});

row('RL-21', 'what cannot be a limit is refused', () => {
  const said = (limit: string) => refusals(limitPolicy(`{limits: [{name: a, ${limit}}]}`));
  expect(said('requests: 0, interval: 1s')[0]).toContain('requests: must be between 1 and 1000000000, not 0');
  expect(said('requests: 1')[0]).toContain('interval: is required');
  expect(said('requests: 1, interval: 0s')[0]).toContain('interval: must be longer than 0s');
  expect(said('interval: 1s')[0]).toContain('requests: is required');
});
