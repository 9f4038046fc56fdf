import { expect, test } from 'vitest';
import type { Retry } from '../../src/ir/table.ts';
import { answer, response } from '../fake/backend.ts';
import { get } from '../fake/client.ts';
import { freePort } from '../fake/port.ts';
import { rows } from '../markdown.ts';
import { type RulePart, snapshotFrom } from '../proxy/table.ts';
import { backend, body, connect, counted, proxy, send, TEXT } from './served.ts';

/** How many attempts a request makes when every one fails like this, without and with a `retry` of three. */
const RETRIES: Record<string, (retry: Partial<Retry> | undefined) => Promise<number>> = {
  'The connection could not be opened': async (retry) => {
    const port = await freePort();
    const endpoints = Array.from({ length: 12 }, (_, i) => `127.0.0.${i + 1}`).map((address) => ({
      address,
      port,
    }));
    await proxy.apply(snapshotFrom({ rules: [{ retry }], backends: { one: endpoints } }, 0));
    expect((await send(get())).status).toBe(502);
    return counted('headgate_backend_connect_failures_total');
  },
  'The connection ended before an answer': async (retry) => {
    backend.script = async (connection) => {
      await connection.request();
      connection.end();
    };
    return attempts({ retry }, get(), 502);
  },
  '`timeouts.backendRequest` passed': async (retry) => {
    backend.script = async (connection) => {
      await connection.request();
    };
    return attempts({ retry, timeouts: { backendRequest: 50 } }, get(), 504);
  },
  'The status is one of `retry.codes`': async (retry) => {
    backend.script = answer(response('no', '503 Service Unavailable'));
    return attempts({ retry: retry && { ...retry, codes: [503] } }, get(), 503);
  },
};

async function attempts(rule: RulePart, bytes: string, status: number): Promise<number> {
  await proxy.apply(snapshotFrom({ rules: [rule], backends: { one: [backend.port] } }, 0));
  expect((await send(bytes)).status).toBe(status);
  return backend.requests.length;
}

test.each(Object.entries(RETRIES))('attempts: %s', async (row, run) => {
  const [, without] = rows(TEXT, '## Retries').find(([each]) => each === row)!;
  const more = [...without!.matchAll(/up to (\d)/g)].at(-1);
  expect(await run(undefined)).toBe(1 + Number(more?.[1] ?? 0));
});

test.each(Object.entries(RETRIES))('attempts with a retry of three: %s', async (_, run) => {
  expect(await run({ attempts: 3 })).toBe(4);
});

test('a POST is not sent again when its connection ends', async () => {
  backend.script = async (connection) => {
    await connection.request();
    connection.end();
  };
  expect(await attempts({}, body('Content-Length: 2\r\n', 'ab'), 502)).toBe(1);
});

test('a kept connection that the backend closes at the wrong moment costs no request', async () => {
  backend.script = async (connection) => {
    await connection.request();
    await connection.write(response('ok'));
    if (connection.number === 1) {
      await connection.request();
      connection.reset();
    }
  };
  const client = await connect();
  expect((await client.request(get())).body).toBe('ok');
  expect((await client.request(get())).body).toBe('ok');
  expect(backend.requests.map(({ connection }) => connection)).toEqual([1, 1, 2]);
});

test('every row about retries has a case', () => {
  const last = 'A kept connection was closed while the request was on its way';
  expect(rows(TEXT, '## Retries').map(([row]) => row)).toEqual([...Object.keys(RETRIES), last]);
});
