import { expect, test } from 'vitest';
import { answer, response } from '../fake/backend.ts';
import { get } from '../fake/client.ts';
import { backend, serve } from './start.ts';

test('95 to 5 is exact over every hundred requests, on any number of connections', async () => {
  const [stable, canary] = [await backend(answer(response('stable'))), await backend(answer(response('canary')))];
  const { connect } = await serve({
    backends: { stable: [stable.port], canary: [canary.port] },
    rules: [
      {
        backends: [
          { backend: 'stable', weight: 95 },
          { backend: 'canary', weight: 5 },
        ],
      },
    ],
  });
  const clients = [await connect(), await connect(), await connect()];
  for (let window = 0; window < 4; window++) {
    let canaries = 0;
    for (let index = 0; index < 100; index++) {
      if ((await clients[index % 3]!.request(get())).body === 'canary') canaries++;
    }
    expect(canaries).toBe(5);
  }
});

test('weight 0 gets nothing', async () => {
  const [one, none] = [await backend(), await backend()];
  const { connect } = await serve({
    backends: { one: [one.port], none: [none.port] },
    rules: [
      {
        backends: [
          { backend: 'none', weight: 0 },
          { backend: 'one', weight: 1 },
        ],
      },
    ],
  });
  const client = await connect();
  for (let index = 0; index < 20; index++) expect((await client.request(get())).status).toBe(200);
  expect(none.requests).toHaveLength(0);
});

test('the share of an invalid backend is 500, the share without endpoints 503, and the rest is served', async () => {
  const one = await backend();
  const { connect } = await serve({
    backends: { one: [one.port], empty: [] },
    rules: [
      {
        backends: [
          { backend: 'one', weight: 2 },
          { backend: null, weight: 1, failure: { status: 500, reason: 'BackendNotFound' } },
          { backend: 'empty', weight: 1 },
        ],
      },
    ],
  });
  const client = await connect();
  const statuses: number[] = [];
  for (let index = 0; index < 16; index++) statuses.push((await client.request(get())).status);
  expect(statuses.sort()).toEqual([...Array(8).fill(200), ...Array(4).fill(500), ...Array(4).fill(503)]);
});

test('no backend at all is 500', async () => {
  const one = await backend();
  const { connect } = await serve({ backends: { one: [one.port] }, rules: [{ backends: [] }] });
  const client = await connect();
  expect((await client.request(get())).status).toBe(500);
  expect((await client.request(get())).status).toBe(500);
});

test('no rule is 404', async () => {
  const one = await backend();
  const { connect } = await serve({ backends: { one: [one.port] }, rules: [{ matches: ['/only'] }] });
  const client = await connect();
  expect((await client.request(get('/other'))).status).toBe(404);
  expect((await client.request(get('/only'))).status).toBe(200);
});

test('ready endpoints get requests in turn', async () => {
  const all = await Promise.all([0, 1, 2].map(() => backend()));
  const { connect } = await serve({ backends: { a: all.map((one) => one.port) } });
  const client = await connect();
  for (let index = 0; index < 30; index++) await client.request(get());
  expect(all.map((one) => one.requests.length)).toEqual([10, 10, 10]);
});

test('an endpoint that terminates is used only when no other is ready', async () => {
  const [ready, leaving] = [await backend(), await backend()];
  const terminating = { port: leaving.port, ready: false, serving: true, terminating: true };
  const { connect, apply } = await serve({ backends: { a: [ready.port, terminating] } });
  const client = await connect();
  for (let index = 0; index < 6; index++) await client.request(get());
  expect([ready.requests.length, leaving.requests.length]).toEqual([6, 0]);
  await apply({ backends: { a: [terminating] } });
  for (let index = 0; index < 6; index++) expect((await client.request(get())).status).toBe(200);
  expect(leaving.requests.length).toBe(6);
});
