import { expect, test } from 'vitest';
import { answer, pause, response } from '../fake/backend.ts';
import { Client, get } from '../fake/client.ts';
import { backend, serve, serveScript, until } from './start.ts';

test('requests under way finish with Connection: close, and idle connections end', async () => {
  const { connect, backend, proxy } = await serveScript(async (connection) => {
    while ((await connection.request()) !== null) {
      await pause(150);
      await connection.write(response('ok'));
    }
  });
  const idle = await connect();
  const busy = await connect();
  await busy.write(get());
  await until(() => backend.requests.length === 1, 'the request');
  const drained = proxy.drain();
  expect(await idle.closed()).toBe('fin');
  const answered = await busy.response();
  expect(answered).toMatchObject({ status: 200, body: 'ok', whole: true });
  expect(answered.header('connection')).toBe('close');
  expect(await busy.closed()).toBe('fin');
  await drained;
});

test('a connection whose response began before the drain ends with it, although the response did not say so', async () => {
  const { connect, backend, proxy } = await serveScript(async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst');
    await pause(1_000);
    await connection.write(' last');
  });
  const client = await connect();
  await client.write(get());
  await until(() => backend.requests.length === 1, 'the request');
  await pause(100);
  const begun = performance.now();
  const drained = proxy.drain();
  expect(await client.response()).toMatchObject({ status: 200, body: 'first last', whole: true });
  expect(await client.closed()).toBe('fin');
  await drained;
  expect(performance.now() - begun).toBeLessThan(5_000);
});

test('while a proxy that drains still takes connections it takes tables too: backends move on meanwhile', async () => {
  const [old, moved] = await Promise.all([
    backend(answer(() => response('old'))),
    backend(answer(() => response('new'))),
  ]);
  const { connect, proxy, apply } = await serve({ backends: { one: [old.port] } }, { drainDelay: 500 });
  const drained = proxy.drain();
  await apply({ backends: { one: [moved.port] } });
  const client = await connect();
  expect(await client.request(get())).toMatchObject({ status: 200, body: 'new' });
  await drained;
  await apply({ backends: { one: [old.port] } });
  await expect(connect()).rejects.toThrow('ECONNREFUSED');
});

test('a draining proxy takes no new connection', async () => {
  const { proxy, port } = await serveScript();
  await proxy.drain();
  await expect(Client.connect(port)).rejects.toThrow('ECONNREFUSED');
});

test('requests that take too long are cut when the time to drain is over', async () => {
  const { connect, backend, proxy } = await serveScript(
    async (connection) => {
      await connection.request();
    },
    { drainTimeout: 200 },
  );
  const client = await connect();
  await client.write(get());
  await until(() => backend.requests.length === 1, 'the request');
  const begun = performance.now();
  await proxy.drain();
  expect(performance.now() - begun).toBeLessThan(1500);
  expect(await client.closed()).not.toBe('open');
});

test('a table that is applied while requests are under way fails none of them', async () => {
  const { connect, backend, apply } = await serveScript(async (connection) => {
    while ((await connection.request()) !== null) {
      await pause(2);
      await connection.write(response('ok'));
    }
  });
  let stop = false;
  let served = 0;
  const clients = await Promise.all(Array.from({ length: 8 }, () => connect()));
  const load = clients.map(async (client) => {
    while (!stop) {
      expect((await client.request(get())).status).toBe(200);
      served++;
    }
  });
  for (let round = 0; round < 20; round++) {
    const rules = Array.from({ length: round + 1 }, (_, index) => ({ matches: [index === 0 ? '/' : `/r${index}`] }));
    await apply({ backends: { a: [backend.port] }, rules });
    await pause(10);
  }
  stop = true;
  await Promise.all(load);
  expect(served).toBeGreaterThan(50);
});

test('an endpoint that leaves the table finishes what it has and gets nothing more', async () => {
  const { connect, backend, apply } = await serveScript(async (connection) => {
    while ((await connection.request()) !== null) {
      await pause(100);
      await connection.write(response('old'));
    }
    connection.end();
  });
  const next = await serveScript(answer(response('new')));
  const client = await connect();
  await client.write(get());
  await until(() => backend.requests.length === 1, 'the request');
  await apply({ backends: { a: [next.backend.port] } });
  expect((await client.response()).body).toBe('old');
  expect((await client.request(get())).body).toBe('new');
  await until(() => backend.open === 0, 'the connection to the old endpoint to be closed');
});
