import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { answer, Backend, pause, response } from '../../test/fake/backend.ts';
import { Client, get } from '../../test/fake/client.ts';
import { snapshotFrom } from '../../test/proxy/table.ts';
import type { SupervisorEvent } from './event.ts';
import { Supervisor } from './supervisor.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function backend(body: string): Promise<Backend> {
  const started = await Backend.start(answer(response(body)));
  closing.push(() => started.close());
  return started;
}

async function supervise(workers: number, events: SupervisorEvent[] = []): Promise<Supervisor> {
  const supervisor = new Supervisor({ workers, drainDelay: 0, onEvent: (event) => events.push(event) });
  closing.push(() => supervisor.drain());
  await supervisor.start();
  return supervisor;
}

async function once(port: number, path = '/'): Promise<string> {
  const client = await Client.connect(port);
  const { body } = await client.request(get(path));
  client.close();
  return body;
}

test('serves a table in every worker, changes it, and adds up the metrics', async () => {
  const [one, two] = [await backend('one'), await backend('two')];
  const port = await freePort();
  const supervisor = await supervise(2);
  const part = { one: [one.port], two: [two.port] };
  const many = Array.from({ length: 300 }, (_, index) => ({ matches: [`/r${index}`], backends: ['one'] }));
  await supervisor.apply(snapshotFrom({ backends: part, rules: [...many, { backends: ['one'] }] }, port));
  for (let count = 0; count < 10; count++) expect(await once(port)).toBe('one');
  await supervisor.apply(snapshotFrom({ backends: part, rules: [...many, { backends: ['two'] }] }, port));
  for (let count = 0; count < 10; count++) expect(await once(port)).toBe('two');
  expect(await once(port, '/r299')).toBe('one');
  const metrics = await supervisor.metrics();
  expect(metrics).toContain('headgate_requests_total{rule="httproute/test/route/rule/300",code="2xx",reason=""} ');
  expect(metrics).toMatch(/headgate_client_connections_total 21\n/);
  expect(metrics).toContain('headgate_workers 2');
  for (const name of ['supervisor', 'worker-0', 'worker-1']) {
    expect(metrics).toContain(`headgate_process_resident_memory_bytes{process="${name}"} `);
  }
});

test('a worker that ends is replaced and gets the newest table', async () => {
  const one = await backend('one');
  const port = await freePort();
  const events: SupervisorEvent[] = [];
  const supervisor = await supervise(1, events);
  await supervisor.apply(snapshotFrom({ backends: { one: [one.port] } }, port));
  const [pid] = supervisor.workers;
  process.kill(pid!, 'SIGKILL');
  while (!(supervisor.workers.length === 1 && supervisor.workers[0] !== pid && supervisor.isReady)) await pause(20);
  expect(await once(port)).toBe('one');
  expect(events).toEqual([{ kind: 'worker-ended', worker: 0, code: null, signal: 'SIGKILL' }]);
});

test('a table that cannot be served is rejected, and the last good one goes on', async () => {
  const one = await backend('one');
  const port = await freePort();
  const supervisor = await supervise(2);
  await supervisor.apply(snapshotFrom({ backends: { one: [one.port] } }, port));
  const broken = { 'sha256/x': { chain: 'no', key: 'no', names: [], notAfter: 0 } };
  const listeners = {
    https: { tls: { mode: 'Terminate' as const, certificates: ['sha256/x'], clientValidation: null } },
  };
  await expect(
    supervisor.apply(snapshotFrom({ backends: { one: [one.port] }, listeners, certificates: broken }, port)),
  ).rejects.toThrow('certificate sha256/x');
  expect(await once(port)).toBe('one');
});

test('drains: a request under way is answered', async () => {
  const slow = await Backend.start(async (connection) => {
    await connection.request();
    await pause(300);
    await connection.write(response('late'));
  });
  closing.push(() => slow.close());
  const port = await freePort();
  const supervisor = await supervise(1);
  await supervisor.apply(snapshotFrom({ backends: { slow: [slow.port] } }, port));
  const client = await Client.connect(port);
  await client.write(get());
  while (slow.requests.length === 0) await pause(5);
  const drained = supervisor.drain();
  const answered = await client.response();
  expect([answered.body, answered.header('connection')]).toEqual(['late', 'close']);
  client.close();
  await drained;
  await expect(Client.connect(port)).rejects.toThrow('ECONNREFUSED');
});
