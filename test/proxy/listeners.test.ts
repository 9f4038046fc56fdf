/** Which rule a host reaches on one plain port with several listeners (Gateway API, listener isolation). */
import { expect, test } from 'vitest';
import { answer, response } from '../fake/backend.ts';
import { get } from '../fake/client.ts';
import { backend, serve } from './start.ts';

async function isolated() {
  const names = ['exact', 'wild', 'any'] as const;
  const backends = await Promise.all(names.map((name) => backend(answer(response(name)))));
  return serve({
    listeners: {
      exact: { hostname: 'a.example' },
      wild: { hostname: '*.example' },
      any: { hostname: '' },
    },
    backends: Object.fromEntries(names.map((name, index) => [name, [backends[index]!.port]])),
    rules: [
      { listeners: ['exact'], backends: ['exact'], matches: ['/exact'] },
      { listeners: ['wild'], backends: ['wild'] },
      { listeners: ['any'], backends: ['any'] },
    ],
  });
}

test.each([
  ['a.example', '/exact', 200, 'exact'],
  ['A.EXAMPLE', '/exact', 200, 'exact'],
  ['a.example.', '/exact', 200, 'exact'],
  ['a.example:8080', '/exact', 200, 'exact'],
  // The most specific listener has the host to itself, even for paths that it does not serve.
  ['a.example', '/other', 404, null],
  ['b.example', '/', 200, 'wild'],
  ['x.y.example', '/', 200, 'wild'],
  ['example', '/', 200, 'any'],
  ['a.example.other', '/', 200, 'any'],
  ['127.0.0.1', '/', 200, 'any'],
  ['[::1]', '/', 200, 'any'],
] as const)('%s%s is %d', async (host, path, status, body) => {
  const { connect } = await isolated();
  const client = await connect();
  const answered = await client.request(get(path, '', host));
  expect(answered.status).toBe(status);
  if (body !== null) expect(answered.body).toBe(body);
});

test('a connection may ask for another host with each request', async () => {
  const { connect } = await isolated();
  const client = await connect();
  await client.write(get('/exact') + get('/', '', 'b.example') + get('/', '', 'elsewhere') + get('/exact'));
  const bodies: string[] = [];
  for (let index = 0; index < 4; index++) bodies.push((await client.response()).body);
  expect(bodies).toEqual(['exact', 'wild', 'any', 'exact']);
});

test('a host that no listener has is 404', async () => {
  const one = await backend();
  const { connect } = await serve({
    listeners: { http: { hostname: 'a.example' } },
    backends: { a: [one.port] },
    rules: [{ hostnames: ['a.example'] }],
  });
  const client = await connect();
  expect((await client.request(get('/', '', 'b.example'))).status).toBe(404);
  expect((await client.request(get())).status).toBe(200);
});
