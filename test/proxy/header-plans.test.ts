import { expect, test } from 'vitest';
import type { RequestHeaderModifier, ResponseHeaderModifier } from '../../src/ir/filter.ts';
import { answer, response } from '../fake/backend.ts';
import { get } from '../fake/client.ts';
import { backend, serve } from './start.ts';

type Edits = Partial<Pick<RequestHeaderModifier, 'set' | 'add' | 'remove'>>;

const request = (edits: Edits): RequestHeaderModifier => ({
  kind: 'RequestHeaderModifier',
  set: [],
  add: [],
  remove: [],
  ...edits,
});
const onResponse = (edits: Edits): ResponseHeaderModifier => ({
  kind: 'ResponseHeaderModifier',
  set: [],
  add: [],
  remove: [],
  ...edits,
});
const field = (name: string, value: string) => ({ name, value });

test('request fields are set, added and removed, whatever their case', async () => {
  const one = await backend();
  const { connect } = await serve({
    backends: { a: [one.port] },
    rules: [
      {
        filters: [request({ set: [field('X-Set', 'new')], add: [field('X-Add', 'more')], remove: ['X-Remove'] })],
      },
    ],
  });
  const client = await connect();
  await client.request(get('/', 'x-set: old\r\nX-SET: older\r\nx-add: first\r\nX-REMOVE: 1\r\nx-kept: 2\r\n'));
  const [received] = one.requests;
  expect(received!.header('x-set')).toBe('new');
  expect(received!.header('x-add')).toBe('first, more');
  expect(received!.header('x-remove')).toBeNull();
  expect(received!.header('x-kept')).toBe('2');
});

test('response fields are set, added and removed, whatever their case', async () => {
  const lines = 'x-set: old\r\nX-SET: older\r\nx-add: first\r\nX-REMOVE: 1\r\nx-kept: 2\r\n';
  const one = await backend(answer(response('ok', '200 OK', lines)));
  const { connect } = await serve({
    backends: { a: [one.port] },
    rules: [
      {
        filters: [onResponse({ set: [field('X-Set', 'new')], add: [field('X-Add', 'more')], remove: ['X-Remove'] })],
      },
    ],
  });
  const client = await connect();
  const answered = await client.request(get());
  expect(answered).toMatchObject({ status: 200, body: 'ok' });
  expect(answered.header('x-set')).toBe('new');
  expect(answered.header('x-add')).toBe('first, more');
  expect(answered.header('x-remove')).toBeNull();
  expect(answered.header('x-kept')).toBe('2');
});

test('edits of a backend come after those of its rule', async () => {
  const one = await backend();
  const { connect } = await serve({
    backends: { a: [one.port] },
    rules: [
      {
        filters: [request({ set: [field('X-A', 'rule'), field('X-B', 'rule')] })],
        backends: [{ backend: 'a', filters: [request({ set: [field('X-A', 'backend')], remove: ['X-B'] })] }],
      },
    ],
  });
  const client = await connect();
  await client.request(get());
  expect(one.requests[0]!.header('x-a')).toBe('backend');
  expect(one.requests[0]!.header('x-b')).toBeNull();
});

test('a field that frames the message cannot be broken by an edit', async () => {
  const one = await backend();
  const { connect } = await serve({
    backends: { a: [one.port] },
    rules: [
      {
        filters: [
          request({
            set: [field('Content-Length', '0'), field('Transfer-Encoding', 'chunked'), field('Connection', 'close')],
            remove: ['Content-Length', 'Transfer-Encoding'],
          }),
        ],
      },
    ],
  });
  const client = await connect();
  const body = 'GET /admin HTTP/1.1\r\nHost: a\r\n\r\n';
  await client.request(`POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  expect(one.requests).toHaveLength(1);
  expect(one.requests[0]!.body).toBe(body);
});

test('bodies are not touched', async () => {
  const one = await backend(answer((received) => response(received.body)));
  const { connect } = await serve({
    backends: { a: [one.port] },
    rules: [{ filters: [request({ remove: ['X'] }), onResponse({ remove: ['X'] })] }],
  });
  const client = await connect();
  const body = 'X: y\r\n'.repeat(100);
  const bytes = `POST / HTTP/1.1\r\nHost: a.example\r\nX: y\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  expect((await client.request(bytes)).body).toBe(body);
});
