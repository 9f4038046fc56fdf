import { constants } from 'node:http2';
import { expect, test } from 'vitest';
import { answer, pause, response } from '../../fake/backend.ts';
import {
  block,
  CONTINUATION,
  code,
  DATA,
  END_STREAM,
  FrameBackend,
  FramePeer,
  frame,
  GET,
  GOAWAY,
  HEADERS,
  PING,
  RST_STREAM,
  SETTINGS,
} from '../../fake/http2-frames.ts';
import { backend, closeLater, serve, until } from '../start.ts';
import { http2, http2Backend } from './start.ts';

async function peer(port: number): Promise<FramePeer> {
  const one = await FramePeer.connect(port);
  closeLater(() => one.close());
  return one;
}

async function frameBackend(): Promise<FrameBackend> {
  const one = await FrameBackend.start();
  closeLater(() => one.close());
  return one;
}

const H2C = { entries: { a: { protocol: 'h2c' as const } } };
const POST = [[':method', 'POST'], ...GET.slice(1)] as const;

test('an upload that the client breaks off never looks complete to the backend', async () => {
  const one = await frameBackend();
  const { port } = await serve({ ...H2C, backends: { a: [one.port] } });
  const client = await peer(port);
  client.request(1, POST, 0);
  client.send(frame(DATA, 0, 1, Buffer.from('half')));
  await until(() => one.peers[0]?.of(DATA).length === 1, 'the half');
  client.send(frame(RST_STREAM, 0, 1, code(constants.NGHTTP2_CANCEL)));
  await until(() => one.peers[0]!.of(RST_STREAM).length === 1, 'the backend to be told');
  expect(one.peers[0]!.frames.filter(({ type, flags }) => type <= HEADERS && (flags & END_STREAM) !== 0)).toEqual([]);
  expect(one.peers[0]!.of(RST_STREAM)[0]!.payload.readUInt32BE(0)).toBe(constants.NGHTTP2_CANCEL);
});

test('an upload that the client breaks off never looks complete to a backend of HTTP/1.1', async () => {
  let got: object | null = null;
  const one = await backend(async (connection) => {
    const head = await connection.head();
    got = await connection.body(head!);
  });
  const { port } = await serve({ backends: { a: [one.port] } });
  const client = await peer(port);
  client.request(1, POST, 0);
  client.send(frame(DATA, 0, 1, Buffer.from('half')));
  await until(() => one.connections.length === 1, 'the connection');
  await pause(50);
  client.send(frame(RST_STREAM, 0, 1, code(constants.NGHTTP2_CANCEL)));
  await until(() => got !== null, 'the end of the connection');
  expect(got).toMatchObject({ body: 'half', whole: false });
});

test('a response that the backend breaks off never looks complete to the client', async () => {
  const one = await backend(async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
    await pause(30);
    connection.close();
  });
  const { port } = await serve({ backends: { a: [one.port] } });
  const client = await peer(port);
  client.request(1);
  await until(() => client.resetCode(1) !== -1, 'the reset');
  expect(client.resetCode(1)).toBe(constants.NGHTTP2_INTERNAL_ERROR);
  expect(client.frames.filter(({ type, flags }) => type <= HEADERS && (flags & END_STREAM) !== 0)).toEqual([]);
});

test('a response whose connection ends in its middle never looks complete to the client', async () => {
  const one = await frameBackend();
  const { port } = await serve({ ...H2C, backends: { a: [one.port] } });
  const client = await peer(port);
  client.request(1);
  await until(() => one.peers[0]?.of(HEADERS).length === 1, 'the request');
  one.peers[0]!.request(1, [[':status', '200']], 0);
  one.peers[0]!.send(frame(DATA, 0, 1, Buffer.from('half')));
  await until(() => client.of(DATA, 1).length === 1, 'the half');
  one.peers[0]!.close();
  await until(() => client.resetCode(1) !== -1, 'the reset');
  expect(client.frames.filter(({ type, flags }) => type <= HEADERS && (flags & END_STREAM) !== 0)).toEqual([]);
});

test('what an endpoint has not looked at when it leaves with an error is sent again', async () => {
  const one = await frameBackend();
  const { port } = await serve({ ...H2C, backends: { a: [one.port] } });
  const client = await peer(port);
  client.request(1, POST, 0);
  client.send(frame(DATA, END_STREAM, 1, Buffer.from('body')));
  await until(() => (one.peers[0]?.of(DATA).length ?? 0) > 0, 'the request');
  one.peers[0]!.send(frame(GOAWAY, 0, 0, Buffer.concat([code(0), code(constants.NGHTTP2_ENHANCE_YOUR_CALM)])));
  await until(() => (one.peers[1]?.of(DATA).length ?? 0) > 0, 'the other session');
  expect(one.peers[1]!.of(DATA)[0]!.payload.toString()).toBe('body');
  one.peers[1]!.request(1, [[':status', '204']]);
  await until(() => client.of(HEADERS, 1).length === 1, 'the answer');
});

test('what it may have looked at is not', async () => {
  const one = await frameBackend();
  const { port } = await serve({ ...H2C, backends: { a: [one.port] } });
  const client = await http2(port);
  const asked = client.ask({ ':method': 'POST' }, 'body');
  await until(() => (one.peers[0]?.of(DATA).length ?? 0) > 0, 'the request');
  one.peers[0]!.send(frame(GOAWAY, 0, 0, Buffer.concat([code(1), code(constants.NGHTTP2_ENHANCE_YOUR_CALM)])));
  expect(await asked).toMatchObject({ status: 502 });
  expect(one.peers).toHaveLength(1);
});

test.each([100, 90_000])(
  'a client that opens no window does not keep its stream, also when %i bytes are all there is',
  async (length) => {
    const one = await backend(answer(response('x'.repeat(length))));
    const { port, proxy } = await serve(
      { backends: { a: [one.port] } },
      { limits: { writeTimeout: 150, idleTimeout: 300 } },
    );
    const client = await peer(port);
    client.send(frame(SETTINGS, 0, 0, Buffer.from([0, 4, 0, 0, 0, 0])));
    client.request(1);
    await until(() => client.of(HEADERS, 1).length === 1, 'the head of the answer');
    await until(() => client.resetCode(1) !== -1, 'the reset');
    await until(() => proxy.openConnections === 0, 'the end of the connection');
  },
);

const field = (name: string, value: string) => [...GET, [name, value] as const];
const without = (name: string) => GET.filter(([other]) => other !== name);
const withValue = (name: string, value: string) =>
  GET.map(([n, v]) => (n === name ? ([n, value] as const) : ([n, v] as const)));

/** A client whose request has come to an end of some kind, and to no backend. */
async function refused(fields: readonly (readonly [string, string])[]): Promise<Awaited<ReturnType<typeof peer>>> {
  const one = await backend(answer(response('ok')));
  const { port } = await serve({ backends: { a: [one.port] } });
  const client = await peer(port);
  client.request(1, fields);
  await until(() => client.resetCode(1) !== -1 || client.isClosed || client.of(HEADERS, 1).length > 0, 'an end');
  expect(one.requests).toEqual([]);
  return client;
}

test.each([
  ['connection', field('connection', 'close')],
  ['transfer-encoding', field('transfer-encoding', 'chunked')],
  ['upgrade', field('upgrade', 'websocket')],
  ['keep-alive', field('keep-alive', 'timeout=5')],
  ['proxy-connection', field('proxy-connection', 'keep-alive')],
  ['te that is not trailers', field('te', 'gzip')],
  ['a name in upper case', field('X-Upper', '1')],
  ['a pseudo-header field after others', [...GET.slice(0, 3), ['x-a', '1'] as const, GET[3]!]],
  ['an unknown pseudo-header field', field(':unknown', '1')],
  ['a response pseudo-header field', field(':status', '200')],
  [':path twice', field(':path', '/other')],
  ['no :method', without(':method')],
  ['no :scheme', without(':scheme')],
  ['no :path', without(':path')],
  ['an empty :path', withValue(':path', '')],
  ['a content-length that is none', field('content-length', '-1')],
  ['a content-length without a body', field('content-length', '4')],
  [':protocol', field(':protocol', 'websocket')],
])('a malformed request never reaches a backend: %s', async (_name, fields) => {
  const client = await refused(fields);
  expect(client.of(HEADERS, 1)).toEqual([]);
  if (client.resetCode(1) !== -1) expect(client.resetCode(1)).toBe(constants.NGHTTP2_PROTOCOL_ERROR);
});

test.each([
  ['a host that is not the authority', field('host', 'b.example'), 400],
  ['a path with an encoding that is not valid', withValue(':path', '/%zz'), 400],
  ['another scheme', withValue(':scheme', 'https'), 421],
  ['an expectation that nobody knows', field('expect', 'miracles'), 417],
  ['a path that is too long', withValue(':path', `/${'x'.repeat(9_000)}`), 414],
])('what HTTP/1.1 would refuse is answered: %s', async (_name, fields, status) => {
  const one = await backend(answer(response('ok')));
  const { port } = await serve({ backends: { a: [one.port] } });
  const client = await http2(port);
  const headers = Object.fromEntries(fields);
  const got = await new Promise<number>((resolve) => {
    const flat = fields.flat() as unknown as string[];
    const stream = client.session.request(flat as never, { endStream: true });
    stream.on('response', (answered) => resolve(Number(answered[':status'])));
    stream.on('error', () => resolve(-1));
    stream.on('close', () => resolve(0));
  });
  expect([got, headers[':path']]).toEqual([status, headers[':path']]);
  expect(one.requests).toEqual([]);
});

test.each([
  ['no authority', without(':authority')],
  ['an authority with user information', withValue(':authority', 'me@a.example')],
  ['an authority that is no host', withValue(':authority', 'a example')],
  ['an absolute path', withValue(':path', 'http://b.example/')],
  ['an asterisk for GET', withValue(':path', '*')],
  ['a path with a request line of its own', withValue(':path', '/ HTTP/1.1\r\nx: y')],
  ['a method that is none', withValue(':method', 'GE T')],
  ['CONNECT', withValue(':method', 'CONNECT')],
])('what no request may have never reaches a backend: %s', async (_name, fields) => {
  const client = await refused(fields);
  // 0x88 is `:status: 200`.
  if (client.resetCode(1) === -1) expect(client.of(HEADERS, 1)[0]!.payload[0]).not.toBe(0x88);
});

test.each([
  ['a name with a space', 'x y', '1'],
  ['a value with a line break', 'x-a', 'b\r\nx-c: d'],
  ['a value with NUL', 'x-a', 'b\0c'],
])('a field that could be none in HTTP/1.1 is left out: %s', async (_name, name, value) => {
  const one = await backend(answer(response('ok')));
  const { port } = await serve({ backends: { a: [one.port] } });
  const client = await peer(port);
  client.request(1, field(name, value));
  await until(() => client.resetCode(1) !== -1 || client.of(HEADERS, 1).length > 0, 'an end');
  const names = one.requests.flatMap(({ fields }) => fields.map(([other]) => other.toLowerCase()));
  for (const other of [name, 'x-a', 'x-c', 'y']) expect(names).not.toContain(other);
});

test('a host field alone, or one that is equal to the authority, is taken', async () => {
  const one = await backend(answer(response('ok')));
  const { port } = await serve({ backends: { a: [one.port] } });
  const client = await peer(port);
  client.request(1, [...without(':authority'), ['host', 'b.example']]);
  client.request(3, field('host', 'a.example'));
  await until(() => one.requests.length === 2, 'both requests');
  const hosts = one.requests.map((request) => request.fields.filter(([name]) => name.toLowerCase() === 'host'));
  expect(hosts).toEqual([[['host', 'b.example']], [['host', 'a.example']]]);
});

test('more streams at once than allowed reach no backend', async () => {
  const one = await backend(async () => {});
  const { port } = await serve({ backends: { a: [one.port] } }, { limits: { streams: 4 } });
  const client = await peer(port);
  await until(() => client.of(SETTINGS).length > 1, 'the settings');
  for (let index = 0; index < 6; index++) client.request(index * 2 + 1);
  // nghttp2 takes it for an error of the whole connection once the client has acknowledged the bound.
  await until(() => client.resetCode(9) !== -1 || client.goawayCode !== -1, 'the refusal');
  await pause(50);
  expect(one.connections.length).toBeLessThanOrEqual(4);
});

test('streams that are opened only to be reset end the connection (CVE-2023-44487)', async () => {
  const one = await backend(async () => {});
  const { port } = await serve({ backends: { a: [one.port] } }, { limits: { streamResets: 60 } });
  const client = await peer(port);
  for (let index = 0; index < 400 && !client.isClosed; index++) {
    client.request(index * 2 + 1);
    client.send(frame(RST_STREAM, 0, index * 2 + 1, code(constants.NGHTTP2_CANCEL)));
    if (index % 20 === 0) await pause(1);
  }
  await until(() => client.isClosed, 'the end of the connection');
  expect(client.goawayCode).not.toBe(constants.NGHTTP2_NO_ERROR);
});

test('a header block without end ends the connection', async () => {
  const one = await backend(answer(response('ok')));
  const { port } = await serve({ backends: { a: [one.port] } });
  const client = await peer(port);
  client.send(frame(HEADERS, END_STREAM, 1, block(GET)));
  for (let index = 0; index < 2_000 && !client.isClosed; index++) {
    client.send(frame(CONTINUATION, 0, 1, block([[`x-${index}`, 'y'.repeat(1_000)]])));
    if (index % 50 === 0) await pause(1);
  }
  await until(() => client.isClosed, 'the end of the connection');
  expect(one.requests).toEqual([]);
});

test('more fields than allowed cost the stream', async () => {
  const one = await backend(answer(response('ok')));
  const { port } = await serve({ backends: { a: [one.port] } }, { limits: { message: { fields: 20 } } });
  const client = await peer(port);
  client.request(1, [...GET, ...Array.from({ length: 40 }, (_, index) => [`x-${index}`, '1'] as const)]);
  await until(() => client.resetCode(1) !== -1, 'the reset');
  client.request(3);
  await until(() => client.of(HEADERS, 3).length === 1, 'the other one');
  expect(one.requests).toHaveLength(1);
});

test.each([
  ['settings', () => frame(SETTINGS, 0, 0, Buffer.alloc(6 * 40, 0xf0))],
  ['frames of no kind of use', () => frame(DATA, 0, 1)],
])('floods end the connection: %s', async (_name, flood) => {
  const one = await backend(async () => {});
  const { port } = await serve({ backends: { a: [one.port] } });
  const client = await peer(port);
  client.request(1, POST, 0);
  for (let index = 0; index < 20_000 && !client.isClosed; index++) {
    client.send(flood());
    if (index % 200 === 0) await pause(1);
  }
  await until(() => client.isClosed, 'the end of the connection');
});

test('pings are answered, and the requests beside them', async () => {
  const one = await backend(answer(response('ok')));
  const { port } = await serve({ backends: { a: [one.port] } });
  const client = await peer(port);
  for (let index = 0; index < 50; index++) client.send(frame(PING, 0, 0, Buffer.alloc(8)));
  client.request(1);
  await until(() => client.of(HEADERS, 1).length === 1 && client.of(PING).length >= 50, 'the answers');
});

test('a connection without requests ends after its time', async () => {
  const one = await backend(answer(response('ok')));
  const { port, proxy } = await serve({ backends: { a: [one.port] } }, { limits: { idleTimeout: 150 } });
  const client = await peer(port);
  client.request(1);
  await until(() => client.of(HEADERS, 1).length === 1, 'the answer');
  await until(() => client.isClosed, 'the end of the connection');
  expect(client.goawayCode).toBe(constants.NGHTTP2_NO_ERROR);
  await until(() => proxy.openConnections === 0, 'the count');
});

test('requests under way finish when the proxy drains', async () => {
  const one = await http2Backend(async (stream) => {
    await pause(200);
    stream.respond({ ':status': 200 });
    stream.end('ok');
  });
  const { port, proxy } = await serve({ ...H2C, backends: { a: [one.port] } }, { drainDelay: 0 });
  const client = await peer(port);
  client.request(1);
  await until(() => one.requests.length === 1, 'the request');
  const drained = proxy.drain();
  await until(() => client.goawayCode !== -1, 'GOAWAY');
  await drained;
  expect(client.goawayCode).toBe(constants.NGHTTP2_NO_ERROR);
  expect(Buffer.concat(client.of(DATA, 1).map(({ payload }) => payload)).toString()).toBe('ok');
});
