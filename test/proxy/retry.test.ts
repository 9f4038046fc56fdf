import { expect, test } from 'vitest';
import { answer, inTurn, response, type Script } from '../fake/backend.ts';
import { get, post } from '../fake/client.ts';
import { freePort } from '../fake/port.ts';
import { backend, serve, until } from './start.ts';
import type { RulePart } from './table.ts';

async function serveRetry(script: Script, retry: RulePart['retry'], timeouts: RulePart['timeouts'] = {}) {
  const one = await backend(script);
  const rules = [{ ...(retry === undefined ? {} : { retry }), timeouts }];
  return { ...(await serve({ backends: { a: [one.port] }, rules })), backend: one };
}

/** Answers 503 so many times, then 200. */
function failing(times: number, failure = response('no', '503 Service Unavailable')): Script {
  let count = 0;
  return answer(() => (count++ < times ? failure : response('yes')));
}

test('a status code on the list is retried until an attempt succeeds', async () => {
  const { connect, backend } = await serveRetry(failing(2), { attempts: 3, codes: [503] });
  const client = await connect();
  expect(await client.request(post('hello'))).toMatchObject({ status: 200, body: 'yes' });
  expect(backend.requests.map((request) => request.body)).toEqual(['hello', 'hello', 'hello']);
});

test('when attempts are over the last response is the answer', async () => {
  const { connect, backend } = await serveRetry(failing(9), { attempts: 2, codes: [503] });
  const client = await connect();
  expect(await client.request(get())).toMatchObject({ status: 503, body: 'no', whole: true });
  expect(backend.requests).toHaveLength(3);
});

test('a status code that is not on the list is not retried', async () => {
  const { connect, backend } = await serveRetry(failing(9), { attempts: 2, codes: [500] });
  const client = await connect();
  expect((await client.request(get())).status).toBe(503);
  expect(backend.requests).toHaveLength(1);
});

test('a backend that resets is retried', async () => {
  const { connect } = await serveRetry(
    inTurn(
      async (connection) => {
        await connection.request();
        connection.reset();
      },
      answer(response('yes')),
    ),
    { attempts: 1 },
  );
  const client = await connect();
  expect(await client.request(get())).toMatchObject({ status: 200, body: 'yes' });
});

test('an endpoint that does not listen is passed over', async () => {
  const one = await backend();
  const dead = await freePort();
  const { connect } = await serve({ backends: { a: [dead, one.port] }, rules: [{ retry: { attempts: 1 } }] });
  const client = await connect();
  for (let round = 0; round < 6; round++) expect((await client.request(post('x'))).status).toBe(200);
});

test('an attempt that takes too long is retried', async () => {
  const { connect, backend } = await serveRetry(
    inTurn(
      async (connection) => {
        await connection.request();
      },
      answer(response('yes')),
    ),
    { attempts: 1 },
    { backendRequest: 150 },
  );
  const client = await connect();
  expect(await client.request(get())).toMatchObject({ status: 200, body: 'yes' });
  await until(() => backend.open === 1, 'the abandoned connection to be closed');
});

test('once a byte of the response was passed on there is no other attempt', async () => {
  const { connect, backend } = await serveRetry(
    async (connection) => {
      await connection.request();
      await connection.write(response('hello').slice(0, -2));
      connection.end();
    },
    { attempts: 3, codes: [500, 502, 503] },
  );
  const client = await connect();
  expect(await client.request(get())).toMatchObject({ status: 200, body: 'hel', whole: false });
  expect(backend.requests).toHaveLength(1);
});

test('a body that is too long to keep is not sent again', async () => {
  const { connect, backend } = await serveRetry(failing(9), { attempts: 3, codes: [503] });
  const client = await connect();
  expect((await client.request(post('x'.repeat(1024 * 1024)))).status).toBe(503);
  expect(backend.requests).toHaveLength(1);
});

test('the body of a response that is retried is not passed on, nor does it cost its connection the next request', async () => {
  const long = response('no'.repeat(20_000), '503 Service Unavailable');
  const { connect } = await serveRetry(failing(1, long), { attempts: 1, codes: [503] });
  const client = await connect();
  expect(await client.request(get())).toMatchObject({ status: 200, body: 'yes' });
  expect(await client.request(get())).toMatchObject({ status: 200, body: 'yes' });
});

test('retries wait as long as they should', async () => {
  const { connect } = await serveRetry(failing(2), { attempts: 2, codes: [503], backoff: 100 });
  const client = await connect();
  const begun = performance.now();
  expect((await client.request(get())).status).toBe(200);
  expect(performance.now() - begun).toBeGreaterThan(190);
});

test('a client that aborts between two attempts stops them', async () => {
  const { connect, backend } = await serveRetry(failing(9), { attempts: 9, codes: [503], backoff: 100 });
  const client = await connect();
  await client.write(get());
  await until(() => backend.requests.length === 1, 'the first attempt');
  client.reset();
  const after = backend.requests.length;
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(backend.requests.length).toBeLessThanOrEqual(after + 1);
});
