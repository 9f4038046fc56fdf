import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { create, kube, patch, removeNamespace, rolledOut } from './cluster.ts';
import { expectCorrect } from './correct.ts';
import { Load } from './load.ts';
import { Meddler } from './meddler.ts';
import { httpRoute, routeProgrammed, type Shop, startShop } from './shop.ts';

/** How long cuts go on, and how long from one to the next; milliseconds. Half as long with refusals. */
const TIME = Number(process.env.MEDDLE ?? 60) * 1_000;
const CUT = 1_000;

let shop: Shop;
let meddler: Meddler;

beforeAll(async () => {
  [shop, meddler] = await Promise.all([startShop('watches'), Meddler.start()]);
}, 300_000);

afterAll(async () => {
  await meddler?.remove();
  await removeNamespace(shop.namespace);
  await kube.close();
}, 300_000);

/** Cuts for a while, under load, while routes and endpoints change. */
async function endure(name: string, time: number, each: (cut: number) => Promise<void>): Promise<number> {
  const { namespace, address } = shop;
  const load = new Load(`http://${address}/`, 100);
  const end = performance.now() + time;
  let cuts = 0;
  let watches = 0;
  const cutting = async () => {
    while (performance.now() < end) {
      await sleep(CUT);
      await each(cuts);
      watches += (await meddler.cut()).cut;
      cuts += 1;
    }
  };
  const changing = async () => {
    for (let index = 0; performance.now() < end; index++) {
      await create(httpRoute(namespace, `${name}-${index}`, `/${name}/${index}`));
      // What is changed meanwhile is not forgotten, and not only seen when all is over.
      await routeProgrammed(namespace, `${name}-${index}`);
      await patch('Deployment', namespace, 'echo', { spec: { replicas: 1 + (index % 3) } });
      await rolledOut(namespace, 'echo');
    }
    return true;
  };
  await Promise.all([cutting(), changing()]);
  await meddler.expire('never');
  await patch('Deployment', namespace, 'echo', { spec: { replicas: 2 } });
  await rolledOut(namespace, 'echo');
  await expectCorrect(shop);
  const { count, failures } = await load.stop();
  console.log(`${name}: ${watches} watches were ended in ${cuts} cuts, ${count} requests were answered`);
  expect(failures).toEqual([]);
  return watches;
}

test('every watch is cut each second', { timeout: 600_000 }, async () => {
  const watches = await endure('cut', TIME, async () => {});
  // There are more than ten kinds on each replica, and those that are ended come back.
  expect(watches).toBeGreaterThan(TIME / CUT);
});

test('every watch is cut each second, and refused as expired when it would go on', { timeout: 600_000 }, async () => {
  const before = (await meddler.expire('never')).refused;
  await endure('expired', TIME / 2, async (cut) => {
    await meddler.expire(cut % 2 === 0 ? 'http' : 'stream');
  });
  expect((await meddler.expire('never')).refused - before).toBeGreaterThan(TIME / CUT / 2);
});
