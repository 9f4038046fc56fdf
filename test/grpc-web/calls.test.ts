import { expect, test } from 'vitest';
import { until } from '../requirements/until.ts';
import { BINARY, call, open, PATH, TEXT, VERSIONS } from './client.ts';
import { GRPC_ROUTE, httpRoute, serving } from './gateway.ts';
import { framed, startServer, whole } from './server.ts';

const echo = whole(({ messages, send, end }) => {
  for (const message of messages) send(`${message}!`);
  end(0, '', { 'x-trailer': 'last' });
});

const EVERY = VERSIONS.flatMap((version) => [BINARY, TEXT].map((type) => [version, type] as const));

test.each(EVERY)('a call over %s as %s is one of gRPC to the backend', async (version, type) => {
  const server = await startServer(echo);
  for (const route of [httpRoute(), GRPC_ROUTE]) {
    const gateway = await serving([server.manifest, route]);
    const headers = { accept: type, 'grpc-timeout': '10S', 'x-user-agent': 'test', 'x-meta': 'a' };
    const result = await call(gateway.port(), version, type, 'apple', headers);
    expect(result).toMatchObject({
      status: 200,
      messages: ['apple!'],
      trailers: { 'grpc-status': '0', 'x-trailer': 'last' },
      whole: true,
    });
    expect(result.headers['content-type']).toBe(type);
    const { headers: got, messages, path } = server.calls.at(-1)!;
    expect({ path, messages }).toEqual({ path: PATH, messages: ['apple'] });
    expect(got).toMatchObject({
      'content-type': 'application/grpc+proto',
      te: 'trailers',
      'x-meta': 'a',
      'grpc-timeout': '10S',
    });
    for (const name of ['accept', 'x-grpc-web']) expect(got, name).not.toHaveProperty(name);
    const size = String(framed('apple').length);
    expect([undefined, size]).toContain(got['content-length']);
    await gateway.close();
  }
});

test.each(EVERY)('messages come over %s as %s when the backend sends them', async (version, type) => {
  const server = await startServer(() => {});
  const gateway = await serving([server.manifest, httpRoute()]);
  const opened = open(gateway.port(), version, { 'content-type': type });
  const text = (bytes: Buffer): Buffer | string => (type === TEXT ? bytes.toString('base64') : bytes);
  opened.body.write(text(framed('one')));
  await until(() => server.calls[0]?.messages.length === 1, 'the first message');
  opened.body.end(text(framed('two')));
  await until(() => server.calls[0]!.isEnded, 'the end of the request');
  expect(server.calls[0]!.messages).toEqual(['one', 'two']);
  for (const [index, message] of ['a', 'bb', 'c'.repeat(100_000)].entries()) {
    server.calls[0]!.send(message);
    await until(() => opened.now().messages.length === index + 1, 'a message');
    expect(opened.now().trailers).toBeNull();
  }
  server.calls[0]!.end();
  const result = await opened.done;
  expect(result.messages.map(({ length }) => length)).toEqual([1, 2, 100_000]);
  expect(result).toMatchObject({ trailers: { 'grpc-status': '0' }, whole: true });
});

test.each(EVERY)('a request over %s as %s may come in any split', async (version, type) => {
  const server = await startServer(echo);
  const gateway = await serving([server.manifest, httpRoute()]);
  const messages = ['a', 'bc', 'def', ''];
  const frames = messages.map(framed);
  // Each with its own padding.
  const sent = type === TEXT ? frames.map((frame) => frame.toString('base64')).join('') : Buffer.concat(frames);
  const opened = open(gateway.port(), version, { 'content-type': type });
  for (const byte of Buffer.from(sent)) {
    opened.body.write(Buffer.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  opened.body.end();
  const result = await opened.done;
  expect(result.messages).toEqual(messages.map((message) => `${message}!`));
  expect(server.calls[0]!.messages).toEqual(messages);
});

test('the form of the answer is what Accept says', async () => {
  const server = await startServer(echo);
  const gateway = await serving([server.manifest, httpRoute()]);
  const answered = async (type: string, accept: string | null): Promise<unknown> => {
    const { headers, messages } = await call(gateway.port(), 'HTTP/1.1', type, 'a', accept === null ? {} : { accept });
    expect(messages).toEqual(['a!']);
    return headers['content-type'];
  };
  expect(await answered('application/grpc-web', null)).toBe(BINARY);
  expect(await answered('application/grpc-web-text', null)).toBe(TEXT);
  expect(await answered(BINARY, '*/*')).toBe(BINARY);
  expect(await answered(BINARY, 'application/grpc-web-text')).toBe(TEXT);
  expect(await answered(TEXT, 'application/grpc-web+proto')).toBe(BINARY);
  expect(await answered('application/grpc-web+json', null)).toBe('application/grpc-web+json');
  expect(server.calls.at(-1)!.headers['content-type']).toBe('application/grpc+json');
});

test('what is no gRPC-Web passes unchanged', async () => {
  const server = await startServer(
    whole(({ stream, messages }) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(framed(messages.join()));
    }),
    'shop',
    'kubernetes.io/h2c',
  );
  const gateway = await serving([server.manifest, httpRoute()]);
  for (const type of ['application/grpc', 'application/grpc-webby', 'text/plain']) {
    const result = await call(gateway.port(), 'HTTP/2', type, 'a', { accept: 'x/y' });
    expect(result.headers['content-type'], type).toBe('application/grpc');
    expect(result, type).toMatchObject({ messages: ['a'], trailers: null, whole: true });
    expect(server.calls.at(-1)!.headers, type).toMatchObject({
      'content-type': type,
      accept: 'x/y',
      'x-grpc-web': '1',
    });
  }
  const get = await gateway.request('GET', PATH, { http2: true, headers: { 'content-type': BINARY } });
  expect(get.status).toBe(200);
  expect(server.calls.at(-1)!.headers).toMatchObject({ ':method': 'GET', 'content-type': BINARY });
});

test('a client that reads slowly holds the backend back', async () => {
  const part = 'x'.repeat(64 * 1024);
  let sent = 0;
  const server = await startServer((own) => {
    const more = (): void => {
      while (sent < 2_000) {
        sent++;
        own.send(part);
        if (own.stream.writableNeedDrain) {
          own.stream.once('drain', more);
          return;
        }
      }
      own.end();
    };
    more();
  });
  const gateway = await serving([server.manifest, httpRoute()]);
  const client = await gateway.connect();
  client.reader.stop();
  const body = framed('a').toString('latin1');
  await client.write(
    `POST ${PATH} HTTP/1.1\r\nHost: a.example\r\nContent-Type: ${TEXT}\r\nAccept: ${BINARY}\r\nContent-Length: 8\r\n\r\n${Buffer.from(body, 'latin1').toString('base64')}`,
  );
  await until(() => sent > 0, 'the first message');
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(sent).toBeLessThan(1_000);
  client.close();
  await until(() => server.calls[0]!.code !== -1, 'the backend to be told');
});

test('a client that goes cancels the call at the backend', async () => {
  const server = await startServer(() => {});
  const gateway = await serving([server.manifest, httpRoute()]);
  for (const [index, version] of VERSIONS.entries()) {
    const opened = open(gateway.port(), version, { 'content-type': BINARY });
    opened.body.end(framed('a'));
    await until(() => server.calls.length > index && server.calls[index]!.isEnded, 'the call');
    opened.cancel();
    await until(() => server.calls.at(-1)!.code !== -1, 'the backend to be told');
    expect(server.calls.at(-1)!.code, version).toBe(8);
  }
});

test('a mirror gets the call as its backend does', async () => {
  const [server, other] = [await startServer(echo), await startServer(echo, 'other')];
  const mirror = '        - {type: RequestMirror, requestMirror: {backendRef: {name: other, port: 8080}}}';
  const gateway = await serving([server.manifest, other.manifest, httpRoute('', mirror)]);
  for (const [version, type] of EVERY) {
    const result = await call(gateway.port(), version, type, 'a');
    expect(result.messages).toEqual(['a!']);
    await until(() => other.calls.at(-1)?.isEnded === true && other.calls.length === server.calls.length, 'the mirror');
    expect(other.calls.at(-1)).toMatchObject({
      messages: ['a'],
      headers: { 'content-type': 'application/grpc+proto', te: 'trailers' },
    });
  }
});
