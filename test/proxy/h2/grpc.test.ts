import { constants } from 'node:http2';
import { expect, test } from 'vitest';
import { pause } from '../../fake/backend.ts';
import { type Answer, outcome } from '../../fake/http2.ts';
import { freePort } from '../../fake/port.ts';
import { backend, serve, until } from '../start.ts';
import { http2, http2Backend } from './start.ts';

const CALL = { ':method': 'POST', ':path': '/shop.Cart/Add', 'content-type': 'application/grpc', te: 'trailers' };
const MESSAGE = Buffer.from([0, 0, 0, 0, 2, 8, 1]);
const RULE = { protocol: 'grpc' as const, matches: [{ path: { kind: 'exact' as const, value: '/shop.Cart/Add' } }] };

const echo: Answer = (stream, request) => {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'grpc-message': 'fine' }));
  stream.end(request.body);
};

test('a unary call goes to a backend whose Service does not even say that it speaks HTTP/2', async () => {
  const one = await http2Backend(echo);
  const { port } = await serve({ backends: { a: [one.port] }, rules: [RULE] });
  const client = await http2(port);
  const got = await client.ask(CALL, MESSAGE);
  expect(got).toMatchObject({ status: 200, trailers: { 'grpc-status': '0', 'grpc-message': 'fine' }, whole: true });
  expect(Buffer.from(got.body)).toEqual(MESSAGE);
  expect(one.requests[0]!.headers).toMatchObject({ te: 'trailers', 'content-type': 'application/grpc' });
});

test('trailers of a call, which gRPC knows none of, end its messages and stay behind', async () => {
  const one = await http2Backend(echo);
  const { port } = await serve({ backends: { a: [one.port] }, rules: [RULE] });
  const client = await http2(port);
  const got = await client.ask(CALL, MESSAGE, { 'x-t': '1' });
  expect(got).toMatchObject({ status: 200, trailers: { 'grpc-status': '0' }, whole: true });
  expect(Buffer.from(got.body)).toEqual(MESSAGE);
  expect(one.requests[0]!.trailers).toEqual({});
});

test('a response that has trailers only stays one', async () => {
  const one = await http2Backend((stream) =>
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '5' }, { endStream: true }),
  );
  const { port } = await serve({ backends: { a: [one.port] }, rules: [RULE] });
  const client = await http2(port);
  const got = await client.ask(CALL, MESSAGE);
  expect(got).toMatchObject({ status: 200, headers: { 'grpc-status': '5' }, trailers: {}, whole: true });
});

test('a call that no rule takes is UNIMPLEMENTED, whatever routes there are', async () => {
  const { port } = await serve({ backends: { a: [1] }, rules: [RULE] });
  const client = await http2(port);
  const got = await client.ask({ ...CALL, ':path': '/shop.Cart/Remove' }, MESSAGE);
  expect(got.status).toBe(200);
  expect(got.headers).toMatchObject({ 'content-type': 'application/grpc', 'grpc-status': '12' });
  expect(got).toMatchObject({ body: '', whole: true });
  expect(await client.ask({ ':path': '/other' })).toMatchObject({ status: 404 });
  const web = await client.ask({ ...CALL, ':path': '/x', 'content-type': 'application/grpc-web' });
  expect(web).toMatchObject({ status: 404 });
});

test('a call that is refused while its messages are still coming has its answer before the reset', async () => {
  const { port } = await serve({ backends: { a: [1] }, rules: [RULE] });
  const client = await http2(port);
  const code = constants.NGHTTP2_NO_ERROR;
  for (let call = 0; call < 3; call++) {
    const got = await outcome(client.open({ ...CALL, ':path': '/shop.Cart/Remove' }, null));
    expect(got).toMatchObject({ status: 200, headers: { 'grpc-status': '12' }, whole: true, code });
  }
});

test.each([
  ['no endpoint', { backends: { a: [] } }, '14'],
  ['an invalid backend', { backends: { a: [] }, failure: { status: 500, reason: 'BackendNotFound' } }, '14'],
  ['an endpoint that refuses', { backends: { a: [0] } }, '14'],
])('%s is UNAVAILABLE', async (_name, { backends, ...more }, code) => {
  const closed = await freePort();
  const failure = 'failure' in more ? (more.failure ?? null) : null;
  const { port } = await serve({
    backends: { a: backends.a.length === 0 ? [] : [closed] },
    rules: [{ ...RULE, backends: [{ backend: 'a', failure }] }],
  });
  const client = await http2(port);
  const got = await client.ask(CALL, MESSAGE);
  expect(got).toMatchObject({ status: 200, headers: { 'grpc-status': code }, whole: true });
});

const silent: Answer = () => {};

test.each([
  ['the client', { 'grpc-timeout': '150m' }, {}],
  ['the rule', {}, { request: 150 }],
  ['the rule, for an attempt', {}, { backendRequest: 150 }],
  ['the client, before the rule', { 'grpc-timeout': '150000u' }, { request: 60_000 }],
])('a deadline of %s is DEADLINE_EXCEEDED', async (_name, headers, timeouts) => {
  const one = await http2Backend(silent);
  const { port } = await serve({ backends: { a: [one.port] }, rules: [{ ...RULE, timeouts }] });
  const client = await http2(port);
  const got = await client.ask({ ...CALL, ...headers }, MESSAGE);
  expect(got).toMatchObject({ status: 200, headers: { 'grpc-status': '4' }, whole: true });
  await until(() => one.requests[0]!.code !== -1, 'the backend to be told');
  expect(one.requests[0]!.code).toBe(constants.NGHTTP2_CANCEL);
});

test('a call that the client cancels is cancelled at the backend', async () => {
  const one = await http2Backend(silent);
  const { port } = await serve({ backends: { a: [one.port] }, rules: [RULE] });
  const client = await http2(port);
  const stream = client.open(CALL, MESSAGE);
  await until(() => one.requests.length === 1, 'the call');
  stream.close(constants.NGHTTP2_CANCEL);
  await until(() => one.requests[0]!.code !== -1, 'the backend to be told');
  expect(one.requests[0]!.code).toBe(constants.NGHTTP2_CANCEL);
});

test.each([
  ['between messages', MESSAGE],
  ['inside of a message', MESSAGE.subarray(0, 6)],
])('a backend that resets in the middle of a stream, %s, is UNAVAILABLE', async (_name, sent) => {
  const one = await http2Backend((stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
    stream.write(sent);
    // Not `close`: that ends the stream properly before it resets it.
    setTimeout(() => stream.destroy(new Error('broken')), 50);
  });
  const { port } = await serve({ backends: { a: [one.port] }, rules: [RULE] });
  const client = await http2(port);
  const got = await client.ask(CALL, MESSAGE);
  expect(got).toMatchObject({ status: 200, trailers: { 'grpc-status': '14' }, whole: true });
  expect(got.body).toBe(sent.toString());
});

test('so is one that goes away while messages go both ways', async () => {
  const one = await http2Backend((stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
    stream.on('data', () => stream.session?.destroy(new Error('broken'), constants.NGHTTP2_INTERNAL_ERROR));
  }, 'head');
  const { port } = await serve({ backends: { a: [one.port] }, rules: [RULE] });
  const client = await http2(port);
  const call = client.open(CALL, null);
  const ended = outcome(call);
  await new Promise((resolve) => call.once('response', resolve));
  call.write(MESSAGE);
  expect(await ended).toMatchObject({ status: 200, trailers: { 'grpc-status': '14' }, whole: true });
});

test('a call that the backend ends while the client is still sending has its status', async () => {
  const one = await http2Backend((stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '7' }));
    stream.on('data', () => stream.end(MESSAGE));
  }, 'head');
  const { port } = await serve({ backends: { a: [one.port] }, rules: [RULE] });
  const client = await http2(port);
  for (let round = 0; round < 3; round++) {
    const call = client.open(CALL, null);
    const ended = outcome(call);
    call.write(MESSAGE);
    const code = constants.NGHTTP2_NO_ERROR;
    expect(await ended).toMatchObject({ status: 200, trailers: { 'grpc-status': '7' }, whole: true, code });
  }
});

test('a deadline that passes in the middle of a stream is DEADLINE_EXCEEDED', async () => {
  const one = await http2Backend((stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
    stream.write(MESSAGE);
  });
  const rules = [{ ...RULE, timeouts: { request: 150 } }];
  const { port } = await serve({ backends: { a: [one.port] }, rules });
  const client = await http2(port);
  const got = await client.ask(CALL, MESSAGE);
  expect(got).toMatchObject({ status: 200, trailers: { 'grpc-status': '4' }, whole: true });
  await until(() => one.requests[0]!.code !== -1, 'the backend to be told');
  expect(one.requests[0]!.code).toBe(constants.NGHTTP2_CANCEL);
});

test('a call may be silent for as long as it likes before its first message', async () => {
  const one = await http2Backend(echo);
  const { port } = await serve({ backends: { a: [one.port] }, rules: [RULE] }, { limits: { bodyTimeout: 100 } });
  const client = await http2(port);
  const call = client.open(CALL, null);
  const ended = outcome(call);
  await pause(500);
  call.end(MESSAGE);
  expect(await ended).toMatchObject({ status: 200, trailers: { 'grpc-status': '0' }, whole: true });
});

test('a backend of HTTP/1.1 that breaks off in the middle resets the client', async () => {
  const one = await backend(async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
    await pause(50);
    connection.close();
  });
  const { port } = await serve({ backends: { a: [one.port] } });
  const client = await http2(port);
  const got = await client.ask();
  expect(got).toMatchObject({ status: 200, body: 'abc', whole: false, code: constants.NGHTTP2_INTERNAL_ERROR });
});
