import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kube, removeNamespace } from './cluster.ts';
import { apiServerReady, Component, mayDisrupt } from './component.ts';
import { expectCorrect } from './correct.ts';
import { Load } from './load.ts';
import { type Shop, startShop } from './shop.ts';

/** Milliseconds that the API server is away; half as long for everything else. */
const AWAY = Number(process.env.AWAY ?? 30) * 1_000;

describe.runIf(mayDisrupt)('a control plane that stops', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await startShop('outage');
  });

  afterAll(async () => {
    await removeNamespace(shop.namespace);
    await kube.close();
  });

  async function survives(away: number, stop: () => Promise<() => void>): Promise<void> {
    const load = new Load(`http://${shop.address}/`, 100);
    await sleep(1_000);
    const resume = await stop();
    const before = load.count;
    await sleep(away);
    const during = load.count - before;
    resume();
    const resumed = performance.now();
    await apiServerReady();
    const ready = performance.now();
    await expectCorrect(shop);
    console.log(
      `${during} requests while it was away; it was ready ${Math.round(ready - resumed)} ms after it came back, ` +
        `and all was correct ${Math.round(performance.now() - ready)} ms after that`,
    );
    const { failures } = await load.stop();
    expect(during).toBeGreaterThan(0);
    expect(failures).toEqual([]);
  }

  test('the API server ends, and comes back', { timeout: 300_000 }, async () => {
    await survives(AWAY, () => new Component('kube-apiserver').kill());
  });

  test('the API server answers nothing for a while', { timeout: 300_000 }, async () => {
    await survives(AWAY / 2, async () => new Component('kube-apiserver').freeze());
  });

  test('etcd ends, and comes back', { timeout: 300_000 }, async () => {
    await survives(AWAY / 2, () => new Component('etcd').kill());
  });
});
