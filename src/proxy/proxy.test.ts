import { afterEach, expect, test } from 'vitest';
import { answer, Backend, chunkedResponse, pause, response } from '../../test/fake/backend.ts';
import { Client, get, post, postChunked } from '../../test/fake/client.ts';
import { snapshotFrom, type TablePart } from '../../test/proxy/table.ts';
import type { ProxySettings } from './options.ts';
import { Proxy } from './proxy.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function backend(...args: Parameters<typeof Backend.start>): Promise<Backend> {
  const started = await Backend.start(...args);
  closing.push(() => started.close());
  return started;
}

async function serve(table: TablePart, settings: ProxySettings = {}): Promise<{ proxy: Proxy; client: Client }> {
  const bugs: unknown[] = [];
  const proxy = new Proxy({ drainDelay: 0, ...settings }, (error) => bugs.push(error));
  await proxy.apply(snapshotFrom(table, 0));
  await proxy.listen();
  const client = await Client.connect(proxy.addresses[0]!.boundPort);
  closing.push(async () => {
    client.close();
    await proxy.close();
    expect(bugs).toEqual([]);
  });
  return { proxy, client };
}

test('forwards requests of every framing, on kept connections', async () => {
  const one = await backend(answer((request) => response(`${request.method} ${request.target} ${request.body}`)));
  const { client, proxy } = await serve({ backends: { one: [one.port] } });
  expect((await client.request(get('/a/b?c=d'))).body).toBe('GET /a/b?c=d ');
  expect((await client.request(post('hello', '/p'))).body).toBe('POST /p hello');
  expect((await client.request(postChunked(['hel', 'lo'], '/q', '', 'X-Sum: 5\r\n'))).body).toBe('POST /q hello');
  expect(one.requests[2]!.trailers).toEqual([['X-Sum', '5']]);
  expect(one.requests.map((request) => request.connection)).toEqual([1, 1, 1]);
  expect(proxy.openConnections).toBe(1);
});

test('passes chunks and trailers of a response on', async () => {
  const one = await backend(answer(() => chunkedResponse(['a', 'bc'], 'X-Sum: 3\r\n')));
  const { client } = await serve({ backends: { one: [one.port] } });
  expect(await client.request(get())).toMatchObject({ body: 'abc', whole: true, trailers: [['X-Sum', '3']] });
  expect((await client.request(get())).body).toBe('abc');
});

test('answers 404 and 500 itself', async () => {
  const { client } = await serve({
    backends: {},
    rules: [
      { matches: ['/broken'], backends: [{ backend: null, failure: { status: 500, reason: 'BackendNotFound' } }] },
    ],
  });
  expect((await client.request(get('/none'))).status).toBe(404);
  expect((await client.request(get('/broken'))).status).toBe(500);
});

test('a request whose endpoint stops is tried on another one, if it may be repeated', async () => {
  const stopping = await backend(async (connection) => {
    await connection.request();
    connection.close();
  });
  const one = await backend(answer(response('ok')));
  const { client } = await serve({ backends: { both: [stopping.port, one.port] } });
  for (let count = 0; count < 6; count++) expect((await client.request(get())).status).toBe(200);
  expect(stopping.requests.length).toBeGreaterThanOrEqual(2);
  const statuses = [];
  for (let count = 0; count < 4; count++) statuses.push((await client.request(post('x'))).status);
  expect(statuses.sort()).toEqual([200, 200, 502, 502]);
});

test('the same endpoint is not tried again', async () => {
  const stopping = await backend(async (connection) => {
    await connection.request();
    connection.close();
  });
  const { client } = await serve({ backends: { one: [stopping.port] } });
  expect((await client.request(get())).status).toBe(502);
  expect(stopping.requests).toHaveLength(1);
});

test("a rule's CORS is on answers of the proxy's own", async () => {
  const cors = {
    kind: 'CORS' as const,
    allowOrigins: ['https://app.example'],
    allowCredentials: false,
    allowMethods: [],
    allowHeaders: [],
    exposeHeaders: [],
    maxAge: 5,
  };
  const failure = { backend: null, failure: { status: 500, reason: 'BackendNotFound' } };
  const { client } = await serve({ backends: {}, rules: [{ filters: [cors], backends: [failure] }] });
  const answered = await client.request(get('/', 'Origin: https://app.example\r\n'));
  expect([answered.status, answered.header('access-control-allow-origin')]).toEqual([500, 'https://app.example']);
});

test('a table that is removed leaves no listener and no connection behind', async () => {
  const one = await backend(answer(response('ok')));
  const { client, proxy } = await serve({ backends: { one: [one.port] } });
  expect((await client.request(get())).status).toBe(200);
  await proxy.remove('test/gateway');
  expect(proxy.addresses).toEqual([]);
  expect(await client.closed()).toBe('fin');
  client.close();
  while (proxy.openConnections > 0 || one.open > 0) await pause(5);
  expect([proxy.openConnections, one.open]).toEqual([0, 0]);
});
