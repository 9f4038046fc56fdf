import { expect, test } from 'vitest';
import { answer, chunkedResponse, response } from '../../fake/backend.ts';
import { certificateKey, EXACT } from '../../fake/certificates.ts';
import { post } from '../../fake/client.ts';
import type { Answer } from '../../fake/http2.ts';
import { backend, serve, until } from '../start.ts';
import { backendKey } from '../table.ts';
import { http2, http2Backend } from './start.ts';

const TLS = {
  listeners: {
    http: { tls: { mode: 'Terminate' as const, certificates: [certificateKey(EXACT)], clientValidation: null } },
  },
  certificates: { [certificateKey(EXACT)]: EXACT },
};
const H2C = { entries: { a: { protocol: 'h2c' as const } } };

const withTrailers: Answer = (stream) => {
  stream.respond({ ':status': 200, 'x-head': '1' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': 'abc', 'x-two': ['1', '2'] }));
  stream.write('part one, ');
  stream.end('part two');
};

test('HTTP/2 by prior knowledge, to a backend of HTTP/1.1', async () => {
  const one = await backend(answer(response('ok', '201 Created', 'X-Answer: 1\r\nConnection: x-hop\r\nX-Hop: 1\r\n')));
  const { port } = await serve({ backends: { a: [one.port] } });
  const client = await http2(port);
  const got = await client.ask({ ':path': '/x?y=1', cookie: ['a=1', 'b=2'], 'x-own': '1', te: 'trailers' });
  expect(got).toMatchObject({ status: 201, body: 'ok', code: 0, whole: true });
  expect(got.headers).toMatchObject({ 'x-answer': '1', 'content-length': '2' });
  expect(Object.keys(got.headers)).not.toContain('x-hop');
  expect(Object.keys(got.headers)).not.toContain('connection');
  expect(got.raw.filter((name) => name === 'date')).toHaveLength(1);
  const [request] = one.requests;
  expect(request).toMatchObject({ method: 'GET', target: '/x?y=1', body: '' });
  expect(request!.header('host')).toBe('a.example');
  expect(request!.header('cookie')).toBe('a=1; b=2');
  expect(request!.header('x-own')).toBe('1');
  expect(request!.header('te')).toBe('trailers');
  expect(request!.header('transfer-encoding')).toBe(null);
});

test('a body without a length becomes chunks, with its trailers', async () => {
  const one = await backend(answer(chunkedResponse(['ab', 'cd'], 'X-Sum: 1\r\n')));
  const { port } = await serve({ backends: { a: [one.port] } });
  const client = await http2(port);
  const got = await client.ask({ ':method': 'POST' }, 'hello', { 'x-t': '1' });
  expect(got).toMatchObject({ status: 200, body: 'abcd', trailers: { 'x-sum': '1' }, whole: true });
  expect(one.requests[0]).toMatchObject({ body: 'hello', trailers: [['x-t', '1']] });
  expect(one.requests[0]!.header('transfer-encoding')).toBe('chunked');
  const again = await client.ask({ ':method': 'PUT', 'content-length': '5' }, 'again');
  expect(again.body).toBe('abcd');
  expect(one.requests[1]!.header('content-length')).toBe('5');
  expect(one.requests[1]!.body).toBe('again');
});

test('HTTP/2 over TLS, to a backend of HTTP/2', async () => {
  const one = await http2Backend(withTrailers);
  const { port } = await serve({ ...TLS, ...H2C, backends: { a: [one.port] } });
  const client = await http2(port, 'a.example');
  const got = await client.ask({ ':method': 'POST', te: 'trailers' }, 'hello', { 'x-t': '1' });
  expect(got).toMatchObject({ status: 200, body: 'part one, part two', whole: true });
  expect(got.trailers).toMatchObject({ 'x-sum': 'abc', 'x-two': '1, 2' });
  expect(one.requests[0]).toMatchObject({ body: 'hello', trailers: { 'x-t': '1' } });
  expect(one.requests[0]!.headers).toMatchObject({
    ':method': 'POST',
    ':scheme': 'http',
    ':authority': 'a.example',
    te: 'trailers',
    'x-forwarded-proto': 'https',
  });
  expect(one.sessions).toHaveLength(1);
});

test('a client of HTTP/1.1 and a backend of HTTP/2', async () => {
  const one = await http2Backend(withTrailers);
  const { connect } = await serve({ ...H2C, backends: { a: [one.port] } });
  const client = await connect();
  await client.write(
    'POST /x HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\nConnection: TE\r\nTE: trailers\r\n\r\n' +
      '3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n',
  );
  const got = await client.response();
  expect(got).toMatchObject({ status: 200, body: 'part one, part two', whole: true });
  expect(got!.trailers).toEqual([
    ['x-sum', 'abc'],
    ['x-two', '1'],
    ['x-two', '2'],
  ]);
  expect(one.requests[0]).toMatchObject({ body: 'abcde', trailers: { 'x-t': '1' } });
  expect(one.requests[0]!.headers).not.toHaveProperty('transfer-encoding');
  await client.write('PUT / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nxyz');
  expect(await client.response()).toMatchObject({ status: 200 });
  expect(one.requests[1]).toMatchObject({ body: 'xyz' });
  expect(one.requests[1]!.headers['content-length']).toBe('3');
});

test.each([
  ['GET', 200],
  ['HEAD', 200],
  ['GET', 204],
  ['GET', 304],
])('%s answered %i without a body', async (method, status) => {
  const one = await http2Backend((stream) => stream.respond({ ':status': status }, { endStream: true }));
  const { connect, port } = await serve({ ...H2C, backends: { a: [one.port] } });
  const client = await connect();
  await client.write(`${method} / HTTP/1.1\r\nHost: a.example\r\n\r\n`);
  expect(await client.response(method)).toMatchObject({ status, body: '', whole: true });
  const other = await http2(port);
  expect(await other.ask({ ':method': method })).toMatchObject({ status, body: '', whole: true });
});

test('interim responses go through', async () => {
  const one = await http2Backend((stream) => {
    stream.additionalHeaders({ ':status': 103, link: '</style.css>; rel=preload' });
    stream.respond({ ':status': 200 });
    stream.end('ok');
  });
  const early = await backend(answer(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${response('ok')}`));
  const { port } = await serve({
    ...H2C,
    backends: { a: [one.port], b: [early.port] },
    rules: [{ backends: ['a'] }, { matches: ['/one'], backends: ['b'] }],
  });
  const client = await http2(port);
  const got = await client.ask();
  expect(got).toMatchObject({ status: 200, body: 'ok' });
  expect(got.interims).toMatchObject([{ ':status': 103, link: '</style.css>; rel=preload' }]);
  const other = await client.ask({ ':path': '/one' });
  expect(other).toMatchObject({ status: 200, body: 'ok', interims: [{ ':status': 103, link: '</a>' }] });
});

test('an upgrade to h2c is not taken', async () => {
  const one = await backend();
  const { connect } = await serve({ backends: { a: [one.port] } });
  const client = await connect();
  await client.write(
    'GET / HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n',
  );
  expect(await client.response()).toMatchObject({ status: 200 });
  expect(one.requests[0]!.header('upgrade')).toBe(null);
});

test('both directions stream at once', async () => {
  const one = await http2Backend((stream) => {
    stream.respond({ ':status': 200 });
    stream.on('data', (chunk) => stream.write(`<${chunk}>`));
    stream.on('end', () => stream.end());
  }, 'head');
  const { port } = await serve({ ...H2C, backends: { a: [one.port] } });
  const client = await http2(port);
  const stream = client.open({ ':method': 'POST' }, null);
  let got = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk) => {
    got += chunk;
  });
  for (const [index, word] of ['one', 'two', 'three'].entries()) {
    stream.write(word);
    const expected = ['<one>', '<one><two>', '<one><two><three>'][index];
    await until(() => got === expected, expected!);
  }
  stream.end();
  await until(() => stream.closed, 'the end');
  expect(stream.rstCode).toBe(0);
});

test('a body that comes with its head goes to a backend of HTTP/2 that is connected already', async () => {
  const one = await http2Backend((stream, request) => {
    stream.respond({ ':status': 200 });
    stream.end(request.body);
  });
  const { connect } = await serve({ ...H2C, backends: { a: [one.port] } });
  const client = await connect();
  for (const body of ['first', 'second', 'third']) {
    await client.write(post(body));
    expect(await client.response()).toMatchObject({ status: 200, body });
  }
});

const LARGE = 'x'.repeat(3_000_000);

test.each(['h2c', 'http1'] as const)('3 MB both ways through %s', async (protocol) => {
  const one =
    protocol === 'h2c'
      ? await http2Backend((stream, request) => {
          stream.respond({ ':status': 200 });
          stream.end(request.body);
        })
      : await backend(answer((request) => response(request.body)));
  const { port } = await serve({ entries: { a: { protocol } }, backends: { a: [one.port] } });
  const client = await http2(port);
  const got = await client.ask({ ':method': 'POST' }, LARGE);
  expect(got.whole).toBe(true);
  expect(got.body === LARGE).toBe(true);
});

test('a client that does not read holds its backend, and nobody else', async () => {
  let sent = 0;
  const one = await http2Backend((stream, request) => {
    stream.respond({ ':status': 200 });
    if (request.headers[':path'] === '/small') {
      stream.end('small');
      return;
    }
    const more = () => {
      for (let takes = true; takes && sent < 20_000_000; sent += 65_536) takes = stream.write(Buffer.alloc(65_536));
    };
    stream.on('drain', more);
    more();
  });
  const { port } = await serve({ ...H2C, backends: { a: [one.port] } });
  const client = await http2(port);
  const stream = client.open({ ':path': '/large' });
  await until(() => sent > 100_000, 'the first bytes');
  expect(await client.ask({ ':path': '/small' })).toMatchObject({ body: 'small' });
  let before = -1;
  while (sent !== before) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  expect(sent).toBeLessThan(5_000_000);
  stream.close();
});

test('a request for the host of another listener than the connection was made to is 421', async () => {
  const one = await backend();
  const tls = { mode: 'Terminate' as const, certificates: [certificateKey(EXACT)], clientValidation: null };
  const { port } = await serve({
    listeners: { exact: { hostname: 'a.example', tls }, any: { hostname: '', tls } },
    certificates: TLS.certificates,
    backends: { a: [one.port] },
    rules: [{ listeners: ['exact', 'any'] }],
  });
  const client = await http2(port, 'a.example');
  expect(await client.ask({ ':authority': 'a.example' })).toMatchObject({ status: 200 });
  expect(await client.ask({ ':authority': 'b.example' })).toMatchObject({ status: 421 });
});

test('a mirror gets a copy in its own version', async () => {
  const [one, two] = [await backend(), await http2Backend()];
  const mirror = { kind: 'RequestMirror' as const, backend: backendKey('b'), numerator: 1, denominator: 1 };
  const { port } = await serve({
    backends: { a: [one.port], b: [two.port] },
    entries: { b: { protocol: 'h2c' } },
    rules: [{ backends: ['a'], filters: [mirror] }],
  });
  const client = await http2(port);
  expect(await client.ask({ ':method': 'POST' }, 'hello', { 'x-t': '1' })).toMatchObject({ status: 200 });
  await until(() => two.requests.length === 1 && two.requests[0]!.body !== '', 'the copy');
  expect(two.requests[0]).toMatchObject({ body: 'hello' });
  expect(one.requests[0]).toMatchObject({ body: 'hello', trailers: [['x-t', '1']] });
});

test('a retry sends the body again', async () => {
  let count = 0;
  const one = await http2Backend((stream) => {
    stream.respond({ ':status': ++count === 1 ? 503 : 200 });
    stream.end('ok');
  });
  const { port } = await serve({
    ...H2C,
    backends: { a: [one.port] },
    rules: [{ retry: { attempts: 1, codes: [503], backoff: 0 } }],
  });
  const client = await http2(port);
  expect(await client.ask({ ':method': 'POST' }, 'hello', { 'x-t': '1' })).toMatchObject({ status: 200 });
  expect(one.requests.map(({ body, trailers }) => [body, trailers['x-t']])).toEqual([
    ['hello', '1'],
    ['hello', '1'],
  ]);
});
