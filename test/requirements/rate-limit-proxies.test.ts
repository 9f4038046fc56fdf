import { describe, expect, test } from 'vitest';
import { startBackend } from './backend.ts';
import { type Answer, type CountingGateway, type CountingProxy, startCounting } from './counting.ts';
import { route } from './gateway.ts';
import { row } from './row.ts';

const TIMEOUT = 60_000;
/** Milliseconds in which what a proxy has counted is heard by all, also on a busy machine. */
const HEARD = 1_000;

const policy = (limits: string, enforcement = 'Global') => `apiVersion: headgate.dev/v1alpha1
kind: RateLimitPolicy
metadata: {name: global}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: app}]
  defaults: {limits: [${limits}], enforcement: ${enforcement}}
`;

async function start(limits: string, workers: readonly number[], enforcement?: string): Promise<CountingGateway> {
  const backend = await startBackend();
  return startCounting([backend.service('app'), route('app', '/', 'app'), policy(limits, enforcement)], workers);
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const passed = (answers: readonly Answer[]): Answer[] => answers.filter(({ status }) => status === 200);

/** Requests to every proxy, each with its own clients that send one after the other, for a while. */
async function load(proxies: readonly CountingProxy[], milliseconds: number, every: number): Promise<Answer[]> {
  const end = performance.now() + milliseconds;
  const all = proxies.map(async (proxy) => {
    const answers: Answer[] = [];
    for (let next = performance.now(); next < end; next += every) {
      await pause(Math.max(0, next - performance.now()));
      answers.push(await proxy.get());
    }
    return answers;
  });
  return (await Promise.all(all)).flat().sort((a, b) => a.at - b.at);
}

/** As many of one proxy as it lets through, one after the other. */
async function drain(proxy: CountingProxy, most: number): Promise<number> {
  for (let count = 0; count < most; count++) if ((await proxy.get()).status !== 200) return count;
  return most;
}

describe('proxies that count without a Redis', () => {
  row(
    'RL-22',
    'let through the limit, and no more than what passes while they tell one another',
    async () => {
      const gateway = await start('{name: a, requests: 200, interval: 5m}', [1, 2, 1]);
      await gateway.connected(1);
      // Some 300 requests a second; each proxy alone would let 200 pass.
      const answers = passed(await load(gateway.proxies, 4_000, 10));
      expect(answers.length).toBeGreaterThanOrEqual(200);
      const late = answers.slice(200).map(({ at }) => at - answers[199]!.at);
      // Twice what is promised: this machine runs other tests, too.
      for (const milliseconds of late) expect(milliseconds).toBeLessThan(500);
      expect(late.length).toBeLessThan(150);
      expect(passed(await load(gateway.proxies, 200, 10))).toEqual([]);
    },
    TIMEOUT,
  );

  test('let pass what the others left, keep a penalty together, and say what is left', {
    timeout: TIMEOUT,
  }, async () => {
    const gateway = await start('{name: a, requests: 10, interval: 5m, penalty: 2s}', [1, 2]);
    await gateway.connected(1);
    const [one, two] = gateway.proxies as [CountingProxy, CountingProxy];
    expect(await drain(one, 7)).toBe(7);
    await pause(HEARD);
    expect((await two.get()).rateLimit).toMatch(/^"a";r=2;t=(299|300)$/);
    expect(await drain(two, 10)).toBe(2);
    const blocked = performance.now();
    await pause(HEARD);
    expect((await one.get()).status).toBe(429);
    await pause(blocked + 2_300 - performance.now());
    expect((await one.get()).status).toBe(200);
    await pause(HEARD);
    expect(await drain(two, 20)).toBe(9);
  });

  test('count each by itself while no controller is there, and together when one is back', {
    timeout: TIMEOUT,
  }, async () => {
    const gateway = await start('{name: a, requests: 20, interval: 5m}', [1, 1]);
    await gateway.connected(1);
    const [one, two] = gateway.proxies as [CountingProxy, CountingProxy];
    expect(await drain(one, 5)).toBe(5);
    // What has not been heard by then never will be.
    await pause(3 * HEARD);
    await gateway.stopController();
    await gateway.connected(0);
    // What was heard still holds.
    expect(await drain(two, 30)).toBe(15);
    expect(await drain(one, 10)).toBe(10);
    await gateway.startController();
    await gateway.connected(1);
    await pause(HEARD);
    // Thirty of twenty have passed: five more would, if nobody had heard of it.
    expect(await drain(one, 10)).toBe(0);
  });

  test('know what was counted before they came', { timeout: TIMEOUT }, async () => {
    const gateway = await start('{name: a, requests: 20, interval: 5m}', [1]);
    await gateway.connected(1);
    expect(await drain(gateway.proxies[0]!, 12)).toBe(12);
    await pause(HEARD);
    gateway.proxies[0]!.kill();
    const next = await gateway.startProxy(2);
    await expect.poll(() => next.metric('headgate_rate_limit_controllers'), { timeout: 20_000 }).toBe(1);
    await pause(HEARD);
    expect(await drain(next, 30)).toBe(8);
  });
});

test('proxies whose limits are each their own tell one another nothing', { timeout: TIMEOUT }, async () => {
  const gateway = await start('{name: a, requests: 5, interval: 5m}', [1, 1], 'Local');
  await pause(3_500);
  await gateway.connected(0);
  for (const proxy of gateway.proxies) expect(await drain(proxy, 10)).toBe(5);
});
