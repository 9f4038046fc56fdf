import { expect, test } from 'vitest';
import type { Snapshot } from '../ir/delta.ts';
import type { RoutingTable } from '../ir/table.ts';
import { History, isEndpointsOnly } from './history.ts';
import { snapshotOf } from './revision.ts';

function snapshot(backends: readonly string[], address = '10.0.0.1', name = 'n'): Snapshot {
  const endpoint = { address, port: 80, ready: true, serving: true, terminating: false, zone: '' };
  return snapshotOf({
    gateway: 'shop/web',
    listeners: {},
    rules: {},
    streams: {},
    backends: Object.fromEntries(backends.map((key) => [key, { protocol: 'http1', name, tls: null }])),
    endpoints: Object.fromEntries(backends.map((key) => [key, { addresses: [endpoint] }])),
    certificates: {},
    policies: {},
    secrets: {},
  } as RoutingTable);
}

const LIMITS = { configurations: 3, endpoints: 2, bytes: 1 << 20 };
const revisions = (history: History) => history.list().map((one) => one.snapshot.revision);

test('each revision has its time and what changed with it', () => {
  let now = 5;
  const history = new History(LIMITS, () => now++);
  const [one, two, three] = [snapshot(['a']), snapshot(['a', 'b']), snapshot(['a', 'b'], '10.0.0.2')];
  for (const each of [one, two, two, three]) history.add(each);
  expect(history.list()).toMatchObject([
    { snapshot: one, at: 5, changed: null },
    { snapshot: two, at: 6, changed: { backends: ['b'], endpoints: ['b'] } },
    { snapshot: three, at: 7, changed: { endpoints: ['a', 'b'] } },
  ]);
  expect(history.list().map(isEndpointsOnly)).toEqual([false, false, true]);
  expect(history.get(two.revision)).toBe(two);
  expect(history.get('unknown')).toBeNull();
});

test('a revision that comes back moves to the end', () => {
  const history = new History(LIMITS);
  const [one, two] = [snapshot(['a']), snapshot(['b'])];
  for (const each of [one, two, one]) history.add(each);
  expect(revisions(history)).toEqual([two.revision, one.revision]);
  expect(history.list()[1]!.changed).toEqual({ backends: ['a', 'b'], endpoints: ['a', 'b'] });
});

test('pods that come and go do not drive out configurations, and the oldest of each go first', () => {
  const history = new History(LIMITS);
  const configurations = ['n1', 'n2', 'n3', 'n4'].map((name) => snapshot(['a'], '10.0.0.1', name));
  for (const each of configurations) history.add(each);
  const pods = [2, 3, 4, 5].map((last) => snapshot(['a'], `10.0.0.${last}`, 'n4'));
  for (const each of pods) history.add(each);
  const wanted = [...configurations.slice(1), ...pods.slice(2)].map(({ revision }) => revision);
  expect(revisions(history)).toEqual(wanted);
});

test('bytes are bounded, and the newest stays whatever it costs', () => {
  const history = new History({ configurations: 100, endpoints: 100, bytes: 40_000 });
  for (let index = 0; index < 50; index++) history.add(snapshot(['a'], '10.0.0.1', `${index}`.padEnd(1_000)));
  expect(history.list().length).toBeGreaterThan(5);
  expect(history.list().length).toBeLessThan(10);
  const large = snapshot(['a'], '10.0.0.1', 'x'.repeat(50_000));
  history.add(large);
  expect(revisions(history)).toEqual([large.revision]);
});
