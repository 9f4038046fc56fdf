import { once } from 'node:events';
import { createConnection } from 'node:net';
import { expect, test } from 'vitest';
import { pause } from '../fake/backend.ts';
import { named } from '../fake/pipe.ts';
import { freePort } from '../fake/port.ts';
import { serve, until } from './start.ts';
import { dial, pipeServer, serveTcp } from './stream-start.ts';

const TCP = { listeners: { stream: { protocol: 'TCP' } } } as const;

test('bytes go both ways, whoever speaks first', async () => {
  const { dial } = await serveTcp(named('server'));
  const client = await dial();
  expect((await client.reader.take(7))?.toString()).toBe('server;');
  client.socket.write('hello');
  expect((await client.reader.take(5))?.toString()).toBe('hello');
});

test('a client that ends its half still gets the whole answer', async () => {
  const { dial } = await serveTcp((socket) => {
    let length = 0;
    socket.on('data', (chunk) => {
      length += chunk.length;
    });
    socket.on('end', () => socket.end(`got ${length}`));
  });
  const client = await dial();
  client.socket.end('x'.repeat(300_000));
  expect((await client.reader.rest()).toString()).toBe('got 300000');
  expect(client.reader.closing).toBe('fin');
});

test('a server that ends its half is still sent to', async () => {
  let got = 0;
  const { dial, server } = await serveTcp((socket) => {
    socket.end('bye');
    socket.on('data', (chunk) => {
      got += chunk.length;
    });
  });
  const client = await dial();
  expect((await client.reader.rest()).toString()).toBe('bye');
  client.socket.end('y'.repeat(1_000_000));
  await until(() => server.sockets.size === 0, 'the server to see the end');
  expect(got).toBe(1_000_000);
});

test('what waits for a slow server reaches it after the client has closed', async () => {
  let got = 0;
  const { dial, server, proxy } = await serveTcp((socket) => {
    socket.end();
    setTimeout(() => {
      socket.on('data', (chunk) => {
        got += chunk.length;
      });
    }, 100);
  });
  const client = await dial();
  await client.reader.closed();
  client.socket.end('z'.repeat(400_000));
  await once(client.socket, 'close');
  await until(() => server.sockets.size === 0, 'the server to see the end');
  expect(got).toBe(400_000);
  await until(() => proxy.openConnections === 0, 'the connection to be gone');
});

test('a reset of the client reaches the server, and one of the server the client', async () => {
  const errors: string[] = [];
  const { dial, server } = await serveTcp((socket) => {
    socket.on('error', (error) => errors.push((error as NodeJS.ErrnoException).code ?? ''));
    socket.on('data', (chunk) => {
      if (chunk.toString() === 'reset') socket.resetAndDestroy();
    });
  });
  const first = await dial();
  first.socket.write('hello');
  await until(() => server.sockets.size === 1, 'the connection');
  await pause(20);
  first.socket.resetAndDestroy();
  await until(() => errors.includes('ECONNRESET'), 'the server to be reset');
  const second = await dial();
  second.socket.write('reset');
  expect(await second.reader.closed()).toBe('reset');
});

test('a client that reads too slowly learns that bytes are missing', async () => {
  const { dial } = await serveTcp((socket) => socket.end(Buffer.alloc(20_000_000)), { streams: { idleTimeout: 200 } });
  const client = await dial();
  client.reader.stop();
  await pause(600);
  client.reader.resume();
  expect(await client.reader.closed()).toBe('reset');
  expect(client.reader.received).toBeLessThan(20_000_000);
});

test('a slow reader stops the sender, and gets every byte', async () => {
  const size = 32 * 1024 * 1024;
  let sent = 0;
  const { dial } = await serveTcp((socket) => {
    const chunk = Buffer.alloc(65_536, 'x');
    const more = () => {
      while (sent < size) {
        sent += chunk.length;
        if (!socket.write(chunk)) return;
      }
      socket.end();
    };
    socket.on('drain', more);
    more();
  });
  const client = await dial();
  client.reader.stop();
  await pause(300);
  const before = sent;
  expect(before).toBeLessThan(size / 2);
  await pause(100);
  expect(sent).toBe(before);
  client.reader.resume();
  await client.reader.closed();
  expect(client.reader.received).toBe(size);
});

test('what goes through comes out the same, in reads of every size', async () => {
  const { dial } = await serveTcp();
  const client = await dial();
  const sizes = [1, 2, 100, 4_095, 4_096, 4_097, 16_383, 16_384, 65_535, 65_536, 65_537, 200_000, 1, 16_384, 7];
  let next = 0;
  for (let round = 0; round < 5; round++) {
    for (const size of sizes) {
      const bytes = Buffer.allocUnsafe(size);
      for (let at = 0; at < size; at++) bytes[at] = next++ % 251;
      client.socket.write(bytes);
      const got = await client.reader.take(size);
      expect(got?.equals(bytes)).toBe(true);
    }
  }
});

test('connections at once do not mix', async () => {
  const { dial } = await serveTcp();
  const clients = await Promise.all(Array.from({ length: 40 }, () => dial()));
  await Promise.all(
    clients.map(async (client, index) => {
      const bytes = Buffer.alloc(500_000, index);
      client.socket.write(bytes);
      const got = await client.reader.take(bytes.length);
      expect(got?.equals(bytes)).toBe(true);
    }),
  );
});

test('weights are exact', async () => {
  const a = await pipeServer(named('a'));
  const b = await pipeServer(named('b'));
  const { port } = await serve({
    ...TCP,
    streams: [
      {
        kind: 'tcproute',
        backends: [
          { backend: 'a', weight: 3 },
          { backend: 'b', weight: 1 },
        ],
      },
    ],
    backends: { a: [a.port], b: [b.port] },
  });
  for (let turn = 0; turn < 20; turn++) {
    const client = await dial(port);
    await client.reader.take(2);
  }
  expect([a.accepted, b.accepted]).toEqual([15, 5]);
});

test('an endpoint that refuses is passed over', async () => {
  const good = await pipeServer(named('good'));
  const bad = await freePort();
  const { port } = await serve({
    ...TCP,
    streams: [{ kind: 'tcproute', backends: ['a'] }],
    backends: { a: [bad, good.port] },
  });
  for (let turn = 0; turn < 6; turn++) {
    const client = await dial(port);
    expect((await client.reader.take(5))?.toString()).toBe('good;');
  }
});

test.each([
  ['no backend can be connected to', { streams: [{ kind: 'tcproute', backends: ['a'] }] }],
  ['the backend has no endpoint', { streams: [{ kind: 'tcproute', backends: ['b'] }] }],
  ['the reference is broken', { streams: [{ kind: 'tcproute', backends: [{ backend: null }] }] }],
  ['there is no backend', { streams: [{ kind: 'tcproute', backends: [] }] }],
  ['there is no route', { streams: [] }],
] as const)('a connection is reset when %s', async (_, part) => {
  const { port, proxy } = await serve({ ...TCP, ...part, backends: { a: [await freePort()], b: [] } });
  const client = await dial(port);
  client.socket.write('hello');
  expect(await client.reader.closed()).toBe('reset');
  await until(() => proxy.openConnections === 0, 'the connection to be gone');
});

test('endpoints that are not ready get nothing; those that terminate do when there is no other', async () => {
  const [ready, leaving] = [await pipeServer(named('ready')), await pipeServer(named('leaving'))];
  const part = (isReady: boolean) =>
    ({
      ...TCP,
      streams: [{ kind: 'tcproute', backends: ['a'] }],
      backends: {
        a: [
          { port: ready.port, ready: isReady, serving: isReady },
          { port: leaving.port, ready: false, terminating: true },
        ],
      },
    }) as const;
  const { port, apply } = await serve(part(true));
  for (let turn = 0; turn < 4; turn++) expect((await (await dial(port)).reader.take(6))?.toString()).toBe('ready;');
  await apply(part(false));
  expect((await (await dial(port)).reader.take(8))?.toString()).toBe('leaving;');
});

test('a new table counts from the next connection on, and leaves the open ones alone', async () => {
  const a = await pipeServer(named('a'));
  const b = await pipeServer(named('b'));
  const part = (name: string) =>
    ({
      ...TCP,
      streams: [{ kind: 'tcproute', backends: [name] }],
      backends: { a: [a.port], b: [b.port] },
    }) as const;
  const { port, apply } = await serve(part('a'));
  const first = await dial(port);
  expect((await first.reader.take(2))?.toString()).toBe('a;');
  await apply(part('b'));
  const second = await dial(port);
  expect((await second.reader.take(2))?.toString()).toBe('b;');
  first.socket.write('still here');
  expect((await first.reader.take(10))?.toString()).toBe('still here');
});

test('a connection that is silent for too long is ended', async () => {
  const { dial, proxy } = await serveTcp(undefined, { streams: { idleTimeout: 500 } });
  const client = await dial();
  for (let turn = 0; turn < 4; turn++) {
    client.socket.write('x');
    await client.reader.take(1);
    await pause(180);
  }
  expect(client.reader.closing).toBe(null);
  await client.reader.closed();
  expect(proxy.openConnections).toBe(0);
});

test('a drain waits for open connections, but not for ever', async () => {
  const { dial, proxy } = await serveTcp(undefined, { drainDelay: 0, drainTimeout: 200 });
  const quick = await dial();
  const slow = await dial();
  quick.socket.write('x');
  slow.socket.write('x');
  await quick.reader.take(1);
  await slow.reader.take(1);
  const start = performance.now();
  const drained = proxy.drain();
  quick.socket.end('more');
  expect((await quick.reader.rest()).toString()).toBe('more');
  expect(await slow.reader.closed()).toBe('reset');
  await drained;
  expect(performance.now() - start).toBeGreaterThan(190);
});

test('the connections of a listener that is gone are ended after the time for a drain', async () => {
  const { dial, apply, server } = await serveTcp(undefined, { drainTimeout: 150 });
  const client = await dial();
  client.socket.write('x');
  await client.reader.take(1);
  await apply({ listeners: {}, streams: [], backends: { a: [server.port] } });
  client.socket.write('y');
  expect((await client.reader.take(1))?.toString()).toBe('y');
  expect(await client.reader.closed()).toBe('reset');
});

test('more connections than the limit are closed at once', async () => {
  const { dial, port } = await serveTcp(undefined, { limits: { clientConnections: 2 } });
  for (let turn = 0; turn < 2; turn++) {
    const client = await dial();
    client.socket.write('x');
    await client.reader.take(1);
  }
  const third = createConnection(port, '127.0.0.1');
  third.on('error', () => {});
  await once(third, 'close');
});
