import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { toPrometheus } from '../../src/observe/metrics.ts';
import type { ProxySettings } from '../../src/proxy/options.ts';
import { pause } from '../fake/backend.ts';
import { closeLater, type Serving, serve, until } from './start.ts';
import type { StreamPart, TablePart } from './table.ts';

type Echo = { readonly port: number; readonly socket: Socket; readonly from: Set<number>; received: number };

/** Answers each datagram with its name, a colon and what came. */
async function echo(name: string): Promise<Echo> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const started: Echo = { port: socket.address().port, socket, from: new Set(), received: 0 };
  socket.on('message', (message, { port }) => {
    started.received++;
    started.from.add(port);
    socket.send(Buffer.concat([Buffer.from(`${name}:`), message]), port, '127.0.0.1');
  });
  closeLater(() => closed(socket));
  return started;
}

function closed(socket: Socket): void {
  try {
    socket.close();
  } catch {
    // The test has closed it.
  }
}

class UdpClient {
  readonly socket: Socket;
  private readonly port: number;
  private readonly answers: Buffer[];
  private wake: () => void;

  private constructor(port: number) {
    this.port = port;
    this.answers = [];
    this.wake = () => {};
    this.socket = createSocket('udp4');
    this.socket.on('message', (message) => {
      this.answers.push(message);
      this.wake();
    });
  }

  static async open(port: number): Promise<UdpClient> {
    const client = new UdpClient(port);
    client.socket.bind(0, '127.0.0.1');
    await once(client.socket, 'listening');
    closeLater(() => closed(client.socket));
    return client;
  }

  send(message: string | Buffer): void {
    this.socket.send(message, this.port, '127.0.0.1');
  }

  /** The next answer; null when there is none for so long. */
  async next(wait = 3_000): Promise<Buffer | null> {
    if (this.answers.length === 0) {
      await Promise.race([
        new Promise<void>((resolve) => {
          this.wake = resolve;
        }),
        pause(wait),
      ]);
    }
    return this.answers.shift() ?? null;
  }

  async ask(message: string | Buffer, wait?: number): Promise<string> {
    this.send(message);
    return (await this.next(wait))?.toString() ?? 'nothing';
  }
}

const route = (...backends: StreamPart['backends']): StreamPart => ({ kind: 'udproute', backends });
const part = (streams: readonly StreamPart[], backends: TablePart['backends']): TablePart => ({
  listeners: { stream: { protocol: 'UDP' } },
  streams,
  backends,
});

async function served(settings: ProxySettings = {}): Promise<Serving & { readonly server: Echo }> {
  const server = await echo('a');
  return { ...(await serve(part([route('a')], { a: [server.port] }), settings)), server };
}

test('datagrams go to the backend, and its answers back', async () => {
  const { port, server } = await served();
  const client = await UdpClient.open(port);
  for (const message of ['one', 'two', '']) expect(await client.ask(message)).toBe(`a:${message}`);
  expect(server.from.size).toBe(1);
  const other = await UdpClient.open(port);
  expect(await other.ask('three')).toBe('a:three');
  expect(server.from.size).toBe(2);
});

test('datagrams of every size come through whole', async () => {
  const { port } = await served();
  const client = await UdpClient.open(port);
  for (const size of [1, 1_200, 1_472, 1_473, 9_000, 65_000]) {
    const message = Buffer.alloc(size, size % 251);
    client.send(message);
    expect((await client.next())?.equals(Buffer.concat([Buffer.from('a:'), message]))).toBe(true);
  }
});

test('a burst that comes before the socket to the endpoint is ready comes through in order', async () => {
  const { port } = await served();
  const client = await UdpClient.open(port);
  for (let n = 0; n < 30; n++) client.send(`${n}`);
  for (let n = 0; n < 30; n++) expect((await client.next())?.toString()).toBe(`a:${n}`);
});

test('weights are exact over clients, and a client stays with its backend', async () => {
  const [a, b] = [await echo('a'), await echo('b')];
  const weighted = route({ backend: 'a', weight: 3 }, { backend: 'b', weight: 1 });
  const { port } = await serve(part([weighted], { a: [a.port], b: [b.port] }));
  const counts: Record<string, number> = { a: 0, b: 0 };
  for (let n = 0; n < 12; n++) {
    const client = await UdpClient.open(port);
    const [name = ''] = (await client.ask('x')).split(':');
    counts[name]!++;
    expect(await client.ask('y')).toBe(`${name}:y`);
  }
  expect(counts).toEqual({ a: 9, b: 3 });
});

test('a client whose endpoint refuses goes on with another one', async () => {
  const [good, bad] = [await echo('good'), await echo('bad')];
  bad.socket.close();
  const { port } = await serve(part([route('a')], { a: [good.port, bad.port] }));
  for (let n = 0; n < 4; n++) {
    const client = await UdpClient.open(port);
    let answer = 'nothing';
    for (let turn = 0; turn < 5 && answer === 'nothing'; turn++) answer = await client.ask('x', 200);
    expect(answer).toBe('good:x');
  }
});

test('a client whose endpoint has left goes on with another one', async () => {
  const [a, b] = [await echo('a'), await echo('b')];
  const { port, apply } = await serve(part([route('s')], { s: [a.port] }));
  const client = await UdpClient.open(port);
  expect(await client.ask('x')).toBe('a:x');
  await apply(part([route('s')], { s: [{ port: a.port, terminating: true, ready: false }, b.port] }));
  expect(await client.ask('y')).toBe('b:y');
});

test('a client whose backend is no more of the route goes to what is', async () => {
  const [a, b] = [await echo('a'), await echo('b')];
  const backends = { a: [a.port], b: [b.port] };
  const { port, apply } = await serve(part([route('a')], backends));
  const client = await UdpClient.open(port);
  expect(await client.ask('x')).toBe('a:x');
  await apply(part([route('b')], backends));
  expect(await client.ask('y')).toBe('b:y');
});

test.each([
  ['there is no route', []],
  ['the reference is broken', [route({ backend: null })]],
  ['there is no endpoint', [route('empty')]],
  ['there is no backend', [route()]],
])('datagrams are dropped and counted when %s', async (_, streams) => {
  const { port, proxy } = await serve(part(streams, { empty: [] }));
  const client = await UdpClient.open(port);
  expect(await client.ask('x', 100)).toBe('nothing');
  expect(toPrometheus(proxy.metrics())).toMatch(/headgate_datagrams_dropped_total\{.*\} 1\n/);
});

test('more clients than the limit are not served until others have gone', async () => {
  const { port } = await served({ streams: { sessions: 2, sessionTimeout: 200 } });
  const [first, second, third] = [await UdpClient.open(port), await UdpClient.open(port), await UdpClient.open(port)];
  expect(await first.ask('x')).toBe('a:x');
  expect(await second.ask('x')).toBe('a:x');
  expect(await third.ask('x', 50)).toBe('nothing');
  await pause(400);
  expect(await third.ask('x')).toBe('a:x');
});

test('a session ends when it was silent, and takes its socket with it', async () => {
  const { port, proxy, server } = await served({ streams: { sessionTimeout: 100 } });
  const client = await UdpClient.open(port);
  expect(await client.ask('x')).toBe('a:x');
  expect(proxy.openConnections).toBe(1);
  await until(() => proxy.openConnections === 0, 'the session to end');
  expect(await client.ask('y')).toBe('a:y');
  expect(server.from.size).toBe(2);
});

test('a drain ends when clients have been silent for a moment', async () => {
  const { port, proxy } = await served({ drainDelay: 0, drainTimeout: 10_000 });
  const client = await UdpClient.open(port);
  expect(await client.ask('x')).toBe('a:x');
  const start = performance.now();
  const drained = proxy.drain();
  await pause(200);
  expect(await client.ask('y')).toBe('a:y');
  await drained;
  expect(performance.now() - start).toBeLessThan(5_000);
});

test('a listener that is gone takes no new clients, and its sessions end', async () => {
  const { port, apply, proxy, server } = await served({ drainTimeout: 300 });
  const client = await UdpClient.open(port);
  expect(await client.ask('x')).toBe('a:x');
  await apply({ listeners: {}, streams: [], backends: { a: [server.port] } });
  expect(await (await UdpClient.open(port)).ask('x', 50)).toBe('nothing');
  await until(() => proxy.openConnections === 0, 'the session to end');
});

test('TCP and UDP listeners share a port number', async () => {
  const server = await echo('a');
  const { port, proxy } = await serve({
    listeners: { stream: { protocol: 'UDP' }, other: { protocol: 'TCP' } },
    streams: [route('a')],
    backends: { a: [server.port] },
  });
  expect(await (await UdpClient.open(port)).ask('x')).toBe('a:x');
  expect(proxy.addresses.map(({ boundPort }) => boundPort)).toEqual([port, port]);
});
