/**
 * After 100,000 requests of every kind, good and bad, the proxy is what it was before: no socket, no timer, no exchange
 * and no memory more. `LEAK_REQUESTS` sets another number.
 */
import { expect, test } from 'vitest';
import { toPrometheus } from '../../src/observe/metrics.ts';
import { chunkedResponse, pause, response, type Script } from '../fake/backend.ts';
import { Client, get, post, postChunked } from '../fake/client.ts';
import { type Memory, memoryKept } from './memory.ts';
import { backend, networkResources, serve, until } from './start.ts';

const REQUESTS = Number(process.env.LEAK_REQUESTS ?? 100_000);
const WORKERS = 64;
/** What the heap, and what buffers outside of it, may have grown by. */
const MARGIN = 4 * 1024 * 1024;

const LARGE = response('x'.repeat(300_000));

/** Does what the path asks for. */
const obedient: Script = async (connection) => {
  for (;;) {
    const request = await connection.request();
    if (request === null) break;
    connection.forget();
    const { target } = request;
    if (target === '/reset') {
      connection.reset();
      return;
    }
    if (target === '/reset-body') {
      await connection.write(response('hello').slice(0, -2));
      connection.reset();
      return;
    }
    if (target === '/close') {
      connection.close();
      return;
    }
    if (target === '/garbage') await connection.write('garbage\r\n\r\n');
    else if (target === '/until-close') {
      await connection.write('HTTP/1.1 200 OK\r\n\r\nuntil the end');
      connection.close();
      return;
    } else if (target === '/slow') {
      await pause(5);
      await connection.drip(response('slow'), 1, 20);
    } else if (target === '/silent') {
      await connection.closed();
      break;
    } else if (target === '/extra') await connection.write(`${response('ok')}poison`);
    else if (target === '/chunked') await connection.write(chunkedResponse(['a', 'bc'], 'X-Sum: 1\r\n'));
    else if (target === '/hints') await connection.write(`HTTP/1.1 103 Early Hints\r\n\r\n${response('ok')}`);
    else if (target === '/large') await connection.write(LARGE);
    else if (target === '/fail') await connection.write(response('no', '503 Service Unavailable'));
    else await connection.write(response('ok'));
  }
  connection.end();
};

type Kind = {
  readonly weight: number;
  readonly bytes: string;
  /** Status of the answer; 0 when the client does not wait for one. */
  readonly status: number;
  /** What the client does after writing. */
  readonly after: 'stay' | 'leave' | 'reset' | 'end';
};

const CUT = post('0123456789').slice(0, -3);

const KINDS: readonly Kind[] = [
  { weight: 300, bytes: get(), status: 200, after: 'stay' },
  { weight: 150, bytes: post('hello'), status: 200, after: 'stay' },
  { weight: 150, bytes: postChunked(['hel', 'lo'], '/chunked', '', 'X-T: 1\r\n'), status: 200, after: 'stay' },
  { weight: 100, bytes: get('/hints'), status: 200, after: 'stay' },
  { weight: 40, bytes: get('/fail'), status: 503, after: 'stay' },
  { weight: 20, bytes: get('/large'), status: 200, after: 'stay' },
  { weight: 20, bytes: post('x'.repeat(100_000)), status: 200, after: 'stay' },
  { weight: 30, bytes: get('/nowhere', '', 'unknown.example'), status: 404, after: 'stay' },
  { weight: 20, bytes: get('/extra'), status: 200, after: 'stay' },
  { weight: 15, bytes: get('/reset'), status: 502, after: 'stay' },
  { weight: 15, bytes: get('/close'), status: 502, after: 'stay' },
  { weight: 15, bytes: get('/garbage'), status: 502, after: 'stay' },
  { weight: 15, bytes: get('/until-close'), status: 200, after: 'stay' },
  { weight: 15, bytes: get('/reset-body'), status: 200, after: 'leave' },
  { weight: 15, bytes: get('/slow'), status: 200, after: 'stay' },
  { weight: 10, bytes: get('/', 'Connection: close\r\n'), status: 200, after: 'leave' },
  { weight: 10, bytes: get('/', 'X: y\r\n'.repeat(200)), status: 431, after: 'leave' },
  { weight: 10, bytes: `GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: a.example\r\n\r\n`, status: 414, after: 'leave' },
  { weight: 10, bytes: get('/', 'X : y\r\n'), status: 400, after: 'leave' },
  { weight: 10, bytes: post('x'.repeat(250_000)), status: 413, after: 'leave' },
  { weight: 10, bytes: CUT, status: 0, after: 'reset' },
  { weight: 10, bytes: CUT, status: 0, after: 'end' },
  { weight: 10, bytes: get().slice(0, 20), status: 0, after: 'reset' },
  { weight: 10, bytes: get('/silent'), status: 0, after: 'reset' },
  { weight: 10, bytes: get('/large'), status: 0, after: 'reset' },
  { weight: 5, bytes: get('/silent'), status: 504, after: 'stay' },
  { weight: 5, bytes: get(), status: 200, after: 'end' },
];

const TOTAL = KINDS.reduce((sum, kind) => sum + kind.weight, 0);

/** A fixed sequence of kinds, so that every run is the same. */
function kindOf(index: number): Kind {
  let at = (index * 7919) % TOTAL;
  for (const kind of KINDS) {
    if (at < kind.weight) return kind;
    at -= kind.weight;
  }
  return KINDS[0]!;
}

/** Requests that met their timeout although they should not have: a machine that is busy elsewhere is no leak. */
let late = 0;

function check(kind: Kind, status: number): void {
  if (status === kind.status) return;
  if (status !== 504) throw new Error(`${kind.bytes.slice(0, 40)}: ${status} instead of ${kind.status}`);
  late++;
}

async function perform(port: number, held: Client | null, kind: Kind): Promise<Client | null> {
  const client = held ?? (await Client.connect(port));
  const sending = client.write(kind.bytes).catch(() => {});
  if (kind.status === 0) {
    await pause(0);
    if (kind.after === 'reset') client.reset();
    else {
      client.end();
      await client.reader.closed();
      client.close();
    }
    return null;
  }
  if (kind.after === 'end') client.end();
  const answered = await client.response();
  check(kind, answered.status);
  // The rule's timeout may also cut a response short that had begun.
  if (!answered.whole && kind.after === 'stay') late++;
  if (kind.after === 'stay' && answered.whole && answered.header('connection') !== 'close') return client;
  client.close();
  await sending;
  return null;
}

async function run(port: number, from: number, to: number): Promise<void> {
  let next = from;
  const work = async (): Promise<void> => {
    let client: Client | null = null;
    while (next < to) client = await perform(port, client, kindOf(next++));
    client?.close();
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
}

type Footprint = Memory & { readonly timers: number; readonly sockets: number };

async function footprint(): Promise<Footprint> {
  const memory = await memoryKept();
  const timers = process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  return { ...memory, timers, sockets: networkResources().length };
}

test('100,000 mixed requests leave nothing behind', { timeout: 120_000 + REQUESTS * 6 }, async () => {
  const one = await backend(obedient);
  const { proxy, port } = await serve(
    {
      backends: { a: [one.port] },
      rules: [
        { hostnames: ['a.example'], matches: ['/silent'], timeouts: { request: 300 } },
        { hostnames: ['a.example'], timeouts: { request: 5000 } },
      ],
    },
    { limits: { backendIdleTimeout: 200, requestBody: 200_000 } },
  );
  const settled = async (): Promise<Footprint> => {
    await until(() => one.open === 0, 'the pooled connections to be closed');
    one.forget();
    // Two listening sockets: the proxy's and the backend's.
    await until(() => networkResources().length === 2, 'every connection to be closed');
    return footprint();
  };
  await run(port, 0, Math.min(5000, REQUESTS));
  const before = await settled();
  await run(port, 0, REQUESTS);
  const after = await settled();
  expect(late).toBeLessThan(REQUESTS / 50);
  expect(after.sockets).toBe(before.sockets);
  expect(after.timers).toBeLessThanOrEqual(before.timers);
  expect(after.heap - before.heap).toBeLessThan(MARGIN);
  expect(after.buffers - before.buffers).toBeLessThan(MARGIN);
  const metrics = toPrometheus(proxy.metrics());
  for (const gauge of ['client_connections', 'backend_connections', 'backend_pending_requests']) {
    expect(metrics).toMatch(new RegExp(`^headgate_${gauge} 0$`, 'm'));
  }
});
