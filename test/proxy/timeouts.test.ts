import { expect, test } from 'vitest';
import type { ProxySettings } from '../../src/proxy/options.ts';
import { answer, type Backend, pause, response, type Script } from '../fake/backend.ts';
import { get, post } from '../fake/client.ts';
import { backend, serve, serveScript, until } from './start.ts';
import type { RulePart } from './table.ts';

async function serveRule(script: Script, rule: RulePart, settings: ProxySettings = {}) {
  const one: Backend = await backend(script);
  return { ...(await serve({ backends: { a: [one.port] }, rules: [rule] }, settings)), backend: one };
}

/** Reads requests and never answers. */
const silent: Script = async (connection) => {
  while ((await connection.request()) !== null) {}
  connection.close();
};

test.each(['request', 'backendRequest'] as const)(
  'timeouts.%s: 504 in time, and the backend connection ends',
  async (kind) => {
    const { connect, backend } = await serveRule(silent, { timeouts: { [kind]: 200 } });
    const client = await connect();
    const begun = performance.now();
    expect(await client.request(get())).toMatchObject({ status: 504, whole: true });
    const took = performance.now() - begun;
    expect(took).toBeGreaterThan(190);
    expect(took).toBeLessThan(1000);
    await until(() => backend.open === 0, 'the backend connection to be closed');
    expect(await client.request(get())).toMatchObject({ status: 504 });
  },
);

test('timeouts.request cuts a response that has begun', async () => {
  const { connect } = await serveRule(
    async (connection) => {
      await connection.request();
      await connection.drip(response('x'.repeat(1000)), 20, 10);
    },
    { timeouts: { request: 300 } },
  );
  const client = await connect();
  expect(await client.request(get())).toMatchObject({ status: 200, whole: false });
  expect(await client.closed()).not.toBe('open');
});

test('a response in time is not touched, nor is the next request', async () => {
  const { connect, backend } = await serveRule(answer(response('ok')), {
    timeouts: { request: 300, backendRequest: 200 },
  });
  const client = await connect();
  for (let round = 0; round < 4; round++) {
    expect(await client.request(get())).toMatchObject({ status: 200, body: 'ok' });
    await pause(110);
  }
  expect(backend.connections).toHaveLength(1);
});

test('timeouts.request counts retries in', async () => {
  const { connect, backend } = await serveRule(silent, {
    timeouts: { request: 400, backendRequest: 150 },
    retry: { attempts: 10 },
  });
  const client = await connect();
  const begun = performance.now();
  expect((await client.request(get())).status).toBe(504);
  expect(performance.now() - begun).toBeLessThan(1000);
  expect(backend.requests.length).toBeGreaterThan(1);
  expect(backend.requests.length).toBeLessThan(5);
});

test('a backend that falls silent in the middle of its head', async () => {
  const { connect } = await serveScript(
    async (connection) => {
      await connection.request();
      await connection.write('HTTP/1.1 200 OK\r\nContent-');
    },
    { limits: { responseTimeout: 200 } },
  );
  const client = await connect();
  expect((await client.request(post('x'))).status).toBe(504);
});

test('a backend that falls silent in the middle of its body', async () => {
  const { connect, backend } = await serveScript(
    async (connection) => {
      await connection.request();
      await connection.write(response('hello').slice(0, -2));
      await connection.closed();
      connection.close();
    },
    { limits: { responseTimeout: 200 } },
  );
  const client = await connect();
  expect(await client.request(get())).toMatchObject({ status: 200, body: 'hel', whole: false });
  await until(() => backend.open === 0, 'the backend connection to be closed');
});

test('an idle backend connection is not kept beyond its time', async () => {
  const { connect, backend } = await serveScript(answer(response('ok')), { limits: { backendIdleTimeout: 150 } });
  const client = await connect();
  expect((await client.request(get())).status).toBe(200);
  await until(() => backend.open === 0, 'the backend connection to be closed');
  expect((await client.request(get())).status).toBe(200);
  expect(backend.connections).toHaveLength(2);
});
