import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FakeApiServer } from '../../test/fake/api-server.ts';
import { startFakeKube } from '../../test/fake/kube.ts';
import type { KubeClient } from './client.ts';
import { ListWatch, type ListWatchEvent, WATCH_TIMES, type WatchTimes } from './list-watch.ts';
import { type KubeObject, Store } from './store.ts';

type Thing = KubeObject & { readonly size?: number };

const PATH = '/apis/example.dev/v1/things';
const BRISK: WatchTimes = { ...WATCH_TIMES, silence: 400, absent: 50 };

let server: FakeApiServer;
let client: KubeClient;
let stop: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  ({ server, client } = await startFakeKube('token'));
  server.install(PATH);
  stop = new AbortController();
  running = Promise.resolve();
});

afterEach(async () => {
  stop.abort();
  await running;
  await client.close();
  await server.stop();
});

function watch(times: WatchTimes = BRISK) {
  const store = new Store<Thing>();
  const events: ListWatchEvent[] = [];
  const listWatch = new ListWatch<Thing>({
    client,
    path: PATH,
    store,
    decode: (raw) => raw as Thing,
    observe: (event) => events.push(event),
    times,
    random: () => 0,
  });
  running = listWatch.run(stop.signal);
  return { store, events, synced: listWatch.synced };
}

const names = (store: Store<Thing>) => [...store.values()].map((thing) => thing.metadata.name).sort();
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 8_000, interval: 10 });

test('is synced when the whole list is there, and follows every change', async () => {
  server.put(PATH, 'shop', 'a');
  server.put(PATH, 'shop', 'b');
  const { store, synced } = watch();
  await synced;
  expect(names(store)).toEqual(['a', 'b']);
  server.put(PATH, 'shop', 'c');
  server.put(PATH, 'shop', 'a', { size: 2 });
  server.remove(PATH, 'shop', 'b');
  await eventually(() => {
    expect(names(store)).toEqual(['a', 'c']);
    expect(store.get('shop/a')?.size).toBe(2);
  });
  expect(server.requests[0]).toContain('sendInitialEvents=true');
});

test('falls back to pages where streaming lists are not known', async () => {
  server.faults.noStreamingLists = true;
  for (let i = 0; i < 1_203; i++) server.put(PATH, 'shop', `thing-${i}`);
  const { store, synced } = watch();
  await synced;
  expect(store.size).toBe(1_203);
  expect(server.requests.filter((request) => request.includes('limit=500'))).toHaveLength(3);
  server.put(PATH, 'shop', 'late');
  await eventually(() => expect(store.size).toBe(1_204));
});

test('starts a paged list again when its token expires between pages', async () => {
  server.faults.noStreamingLists = true;
  server.faults.expiredPages = 2;
  for (let i = 0; i < 600; i++) server.put(PATH, 'shop', `thing-${i}`);
  const { store, synced } = watch();
  await synced;
  expect(store.size).toBe(600);
});

test.each([
  ['an HTTP 410', () => server.compact()],
  [
    'a 410 inside a 200 answer',
    () => {
      server.faults.errorEvent = 410;
    },
  ],
])('lists again after %s and deletes what vanished meanwhile', async (_, expire) => {
  server.put(PATH, 'shop', 'a');
  server.put(PATH, 'shop', 'b');
  const { store, events, synced } = watch();
  await synced;
  await eventually(() => expect(server.openWatches).toBe(1));
  server.faults.silent = true;
  server.remove(PATH, 'shop', 'a');
  server.faults.silent = false;
  expire();
  server.cutWatches();
  await eventually(() => expect(names(store)).toEqual(['b']));
  expect(events).toContain('expired');
});

test.each([
  ['cut in the middle of a line', { cutAfter: 25 }],
  ['interrupted by garbage', { garbage: true }],
  ['ended with an internal error', { errorEvent: 500 }],
  ['refused with 500, 429 and 503 before that', { statuses: [500, 429, 503] }],
  ['written byte by byte', { byteByByte: true }],
])('misses nothing when a watch is %s', async (_, faults) => {
  server.put(PATH, 'shop', 'a');
  const { store, synced } = watch();
  await synced;
  await eventually(() => expect(server.openWatches).toBe(1));
  Object.assign(server.faults, faults);
  server.cutWatches();
  await eventually(() => expect(server.openWatches).toBe(0));
  server.put(PATH, 'shop', 'b');
  server.remove(PATH, 'shop', 'a');
  server.put(PATH, 'shop', 'c');
  await eventually(() => expect(names(store)).toEqual(['b', 'c']));
});

test('gives up a watch in which nothing is heard', async () => {
  const { store, synced } = watch();
  await synced;
  await eventually(() => expect(server.openWatches).toBe(1));
  server.faults.silent = true;
  server.put(PATH, 'shop', 'unheard');
  server.faults.silent = false;
  await eventually(() => expect(names(store)).toEqual(['unheard']));
});

test('keeps what it has while the list fails, and is not synced before it is whole', async () => {
  server.put(PATH, 'shop', 'a');
  server.faults.cutAfter = 40;
  const { store, synced } = watch();
  let done = false;
  void synced.then(() => {
    done = true;
  });
  await eventually(() => expect(server.requests.length).toBeGreaterThan(0));
  expect(store.size === 0 || done).toBe(true);
  await synced;
  expect(names(store)).toEqual(['a']);
});

test('a kind that is not installed counts as empty, and appears and disappears with its CRD', async () => {
  server.uninstall(PATH);
  const { store, events, synced } = watch();
  await synced;
  expect(events).toContain('absent');
  server.install(PATH);
  server.put(PATH, 'shop', 'a');
  await eventually(() => expect(names(store)).toEqual(['a']));
  server.uninstall(PATH);
  await eventually(() => expect(names(store)).toEqual([]));
});

test('bookmarks move the resourceVersion, so that a compaction costs no list', async () => {
  server.put(PATH, 'shop', 'a');
  const { events, synced } = watch();
  await synced;
  await eventually(() => expect(server.openWatches).toBe(1));
  server.compact();
  server.bookmark();
  // Cutting right away would drop the bookmark from the socket's buffer.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = server.requests.length;
  server.cutWatches();
  await eventually(() => expect(server.requests.length).toBeGreaterThan(before));
  await eventually(() => expect(server.openWatches).toBe(1));
  expect(events).not.toContain('expired');
});

test('backs off from a server that ends every watch at once', async () => {
  const { synced } = watch();
  await synced;
  await eventually(() => expect(server.openWatches).toBe(1));
  server.faults.endAtOnce = true;
  server.cutWatches();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(server.requests.length).toBeLessThan(10);
});

test('an object that decoding no longer wants leaves the store', async () => {
  const store = new Store<Thing>();
  server.put(PATH, 'shop', 'a', { size: 1 });
  const decode = (raw: unknown) => ((raw as Thing).size === 1 ? (raw as Thing) : null);
  const listWatch = new ListWatch<Thing>({ client, path: PATH, store, decode, times: BRISK });
  running = listWatch.run(stop.signal);
  await listWatch.synced;
  expect(names(store)).toEqual(['a']);
  server.put(PATH, 'shop', 'a', { size: 2 });
  await eventually(() => expect(names(store)).toEqual([]));
});

test('a kind in which nothing happens is watched again soon, however often its watch is cut', async () => {
  const { synced } = watch();
  await synced;
  await eventually(() => expect(server.openWatches).toBe(1));
  // Doubling from 200 ms, the pause after the eighth would be 12 s at least.
  for (let cut = 0; cut < 8; cut++) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    server.cutWatches();
    await vi.waitFor(() => expect(server.openWatches).toBe(1), { timeout: 2_000, interval: 5 });
  }
});
