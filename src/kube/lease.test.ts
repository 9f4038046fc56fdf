import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FakeApiServer } from '../../test/fake/api-server.ts';
import { startFakeKube } from '../../test/fake/kube.ts';
import type { KubeClient } from './client.ts';
import { Lease, type LeaseTimes } from './lease.ts';

const PATH = '/apis/coordination.k8s.io/v1/leases';
const TIMES: LeaseTimes = { leaseDuration: 1_000, renewDeadline: 400, retryPeriod: 50 };

let server: FakeApiServer;
let client: KubeClient;
const stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  ({ server, client } = await startFakeKube());
  server.install(PATH);
});

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await client.close();
  await server.stop();
});

function candidate(identity: string) {
  const terms: AbortSignal[] = [];
  const lead = (signal: AbortSignal) => void terms.push(signal);
  const lease = new Lease({ client, namespace: 'headgate', name: 'leader', identity, lead, times: TIMES });
  const controller = new AbortController();
  const running = lease.run(controller.signal);
  const stop = async () => {
    controller.abort();
    await running;
  };
  stops.push(stop);
  return { lease, terms, stop };
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 10 });

test('one of three leads; when it stops, another does at once', async () => {
  const candidates = ['a', 'b', 'c'].map(candidate);
  const leaders = () => candidates.filter(({ lease }) => lease.leading);
  await eventually(() => expect(leaders()).toHaveLength(1));
  const first = leaders()[0]!;
  await first.stop();
  const released = performance.now();
  await eventually(() => expect(leaders()).toHaveLength(1));
  expect(leaders()[0]).not.toBe(first);
  expect(first.terms[0]!.aborted).toBe(true);
  expect(performance.now() - released).toBeLessThan(TIMES.leaseDuration);
});

test('a leader that cannot renew steps down before its lease ends', async () => {
  const { lease, terms } = candidate('a');
  await eventually(() => expect(lease.leading).toBe(true));
  server.faults.statuses = Array(200).fill(500);
  const began = performance.now();
  await eventually(() => expect(terms[0]!.aborted).toBe(true));
  expect(performance.now() - began).toBeLessThan(TIMES.leaseDuration);
});

test('a lease of one that died is taken when it has stood still for its duration, by our clock', async () => {
  const spec = { holderIdentity: 'dead', leaseDurationSeconds: 1, renewTime: '2999-01-01T00:00:00.000000Z' };
  server.put(PATH, 'headgate', 'leader', { spec });
  const began = performance.now();
  const { lease } = candidate('a');
  await eventually(() => expect(lease.leading).toBe(true));
  expect(performance.now() - began).toBeGreaterThan(900);
});

test('never two at once while the lease is fought over', async () => {
  const candidates = ['a', 'b', 'c', 'd'].map(candidate);
  for (let i = 0; i < 100; i++) {
    if (i % 10 === 0) server.faults.statuses = [500, 409, 500];
    expect(candidates.filter(({ lease }) => lease.leading).length).toBeLessThanOrEqual(1);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
});
