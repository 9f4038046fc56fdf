import { expect, test } from 'vitest';
import type { RequestMirror } from '../../src/ir/filter.ts';
import { answer, response } from '../fake/backend.ts';
import { get, post, postChunked } from '../fake/client.ts';
import { backend, serve, until } from './start.ts';
import { backendKey } from './table.ts';

const mirror = (name: string, numerator = 1, denominator = 1): RequestMirror => ({
  kind: 'RequestMirror',
  backend: backendKey(name),
  numerator,
  denominator,
});

async function mirrored(filters: RequestMirror[]) {
  const [main, copy] = [await backend(answer(response('main'))), await backend(answer(response('copy', '500 Oops')))];
  const serving = await serve({ backends: { main: [main.port], copy: [copy.port] }, rules: [{ filters }] });
  return { ...serving, main, copy };
}

test('a mirrored request is whole, and its response is thrown away', async () => {
  const { connect, main, copy } = await mirrored([mirror('copy')]);
  const client = await connect();
  expect((await client.request(get('/1?q=1'))).body).toBe('main');
  expect((await client.request(post('hello', '/2'))).body).toBe('main');
  expect((await client.request(postChunked(['hel', 'lo'], '/3'))).body).toBe('main');
  await until(() => copy.requests.length === 3, 'the mirrored requests');
  const seen = (one: typeof main) => one.requests.map(({ method, target, body }) => [method, target, body]).sort();
  expect(seen(copy)).toEqual(seen(main));
});

test('a mirror that is slow, resets or is not there changes nothing', async () => {
  const { connect, copy } = await mirrored([mirror('copy')]);
  const client = await connect();
  copy.script = (connection) => connection.reset();
  expect((await client.request(post('x'))).body).toBe('main');
  copy.script = async (connection) => {
    await connection.request();
  };
  expect((await client.request(post('x'))).body).toBe('main');
  await copy.close();
  for (let round = 0; round < 5; round++) expect((await client.request(post('x'))).body).toBe('main');
});

test('a share of the requests is mirrored', async () => {
  const { connect, copy } = await mirrored([mirror('copy', 1, 4)]);
  const client = await connect();
  for (let index = 0; index < 200; index++) await client.request(get());
  await until(() => copy.requests.length >= 50, 'the mirrored requests');
  expect(copy.requests.length).toBeLessThanOrEqual(51);
});

test('a body that is too long to keep is served, and not mirrored', async () => {
  const { connect, main, copy } = await mirrored([mirror('copy')]);
  const client = await connect();
  const body = 'x'.repeat(1024 * 1024);
  expect((await client.request(post(body))).body).toBe('main');
  expect(main.requests[0]!.body.length).toBe(body.length);
  expect(copy.requests).toHaveLength(0);
});

test('a client that aborts its body mirrors nothing', async () => {
  const { connect, copy } = await mirrored([mirror('copy')]);
  const client = await connect();
  await client.write(post('0123456789').slice(0, -3));
  client.reset();
  const other = await connect();
  expect((await other.request(get('/whole'))).body).toBe('main');
  await until(() => copy.requests.length === 1, 'the mirrored request');
  expect(copy.requests[0]!.target).toBe('/whole');
});
