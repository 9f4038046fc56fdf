import { constants } from 'node:http2';
import { expect, test } from 'vitest';
import { answer, pause, response } from '../../fake/backend.ts';
import { Client } from '../../fake/client.ts';
import { type Answer, outcome } from '../../fake/http2.ts';
import { backend, closeLater, serve, until } from '../start.ts';
import { http2, http2Backend } from './start.ts';

const H2C = { entries: { a: { protocol: 'h2c' as const } } };

test('a session carries as many requests at once as the endpoint allows, and another one the rest', async () => {
  let open = 0;
  let most = 0;
  const slow: Answer = async (stream) => {
    most = Math.max(most, ++open);
    await pause(100);
    open--;
    stream.respond({ ':status': 200 });
    stream.end('ok');
  };
  const one = await http2Backend(slow, 'complete', null, { maxConcurrentStreams: 4 });
  const { port } = await serve({ ...H2C, backends: { a: [one.port] } });
  const client = await http2(port);
  await client.ask();
  const answers = await Promise.all(Array.from({ length: 10 }, () => client.ask()));
  expect(answers.map(({ status }) => status)).toEqual(new Array(10).fill(200));
  expect(one.sessions.length).toBeGreaterThan(1);
  expect(one.sessions.length).toBeLessThan(5);
});

test('requests that come before the session is open go out on one', async () => {
  const one = await http2Backend();
  const { port } = await serve({ ...H2C, backends: { a: [one.port] } });
  const client = await http2(port);
  const answers = await Promise.all(Array.from({ length: 20 }, () => client.ask()));
  expect(answers.map(({ status }) => status)).toEqual(new Array(20).fill(200));
  expect(one.sessions).toHaveLength(1);
});

test('a request that the endpoint refused is sent again, whatever its method', async () => {
  let count = 0;
  const refuse: Answer = (stream) => {
    if (++count === 1) {
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
      return;
    }
    stream.respond({ ':status': 200 });
    stream.end('ok');
  };
  const one = await http2Backend(refuse, 'head');
  const { port } = await serve({ ...H2C, backends: { a: [one.port] } });
  const client = await http2(port);
  expect(await client.ask()).toMatchObject({ status: 200, body: 'ok' });
  expect(count).toBe(2);
});

test.each([
  ['h2', 'POST'],
  ['h2', 'PUT'],
  ['http1', 'POST'],
])('so is its body, of %s %s, whether it has come before the refusal or not', async (version, method) => {
  const got: string[] = [];
  const refuse: Answer = (stream) => {
    if (one.streams.length % 2 === 1) {
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
      return;
    }
    let body = '';
    stream.on('data', (chunk) => {
      body += chunk;
    });
    stream.on('end', () => {
      got.push(body);
      stream.respond({ ':status': 200 });
      stream.end('ok');
    });
  };
  const one = await http2Backend(refuse, 'head');
  const { port } = await serve({ ...H2C, backends: { a: [one.port] } });
  if (version === 'http1') {
    const client = await Client.connect(port);
    closeLater(() => client.close());
    await client.write(`${method} / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc`);
    await until(() => one.streams.length === 2, 'the second attempt');
    await client.write('def');
    expect((await client.response()).status).toBe(200);
    expect(got).toEqual(['abcdef']);
    return;
  }
  const client = await http2(port);
  expect(await client.ask({ ':method': method }, 'abcdef')).toMatchObject({ status: 200, body: 'ok' });
  const stream = client.open({ ':method': method }, null);
  const answered = outcome(stream);
  stream.write('abc');
  await until(() => one.streams.length === 4, 'the second attempt');
  stream.write('de');
  stream.end('f');
  expect(await answered).toMatchObject({ status: 200, body: 'ok' });
  expect(got).toEqual(['abcdef', 'abcdef']);
});

test('an endpoint that refuses everything is answered for with 503', async () => {
  let count = 0;
  const one = await http2Backend((stream) => {
    count++;
    stream.close(constants.NGHTTP2_REFUSED_STREAM);
  }, 'head');
  const { port } = await serve({ ...H2C, backends: { a: [one.port] } });
  const client = await http2(port);
  expect(await client.ask()).toMatchObject({ status: 503 });
  expect(count).toBe(3);
});

test('after GOAWAY requests under way finish, and new ones go to a new session', async () => {
  const slow: Answer = async (stream, _request, session) => {
    if (one.sessions.length === 1) {
      session.goaway(constants.NGHTTP2_NO_ERROR);
      await pause(150);
    }
    stream.respond({ ':status': 200 });
    stream.end('ok');
  };
  const one = await http2Backend(slow);
  const { port } = await serve({ ...H2C, backends: { a: [one.port] } });
  const client = await http2(port);
  const first = client.ask();
  await until(() => one.requests.length === 1, 'the first request');
  await pause(30);
  expect(await client.ask()).toMatchObject({ status: 200 });
  expect(await first).toMatchObject({ status: 200, body: 'ok' });
  expect(one.sessions).toHaveLength(2);
});

test('a session that dies costs its requests, and is replaced', async () => {
  const one = await http2Backend((stream, request, session) => {
    if (request.headers[':path'] === '/die') {
      session.destroy();
      return;
    }
    stream.respond({ ':status': 200 });
    stream.end('ok');
  });
  const { port } = await serve({ ...H2C, backends: { a: [one.port] } });
  const client = await http2(port);
  expect(await client.ask({ ':method': 'POST', ':path': '/die' }, 'x')).toMatchObject({ status: 502 });
  expect(await client.ask()).toMatchObject({ status: 200 });
});

test('a session without requests is closed after its time', async () => {
  const one = await http2Backend();
  const { port } = await serve({ ...H2C, backends: { a: [one.port] } }, { limits: { backendSessionIdleTimeout: 150 } });
  const client = await http2(port);
  await client.ask();
  await until(() => one.sessions[0]!.destroyed, 'the end of the session');
  expect(await client.ask()).toMatchObject({ status: 200 });
});

test('an endpoint that speaks HTTP/1.1 only is answered for with 502', async () => {
  const one = await backend(async (connection) => {
    await connection.write(response('what?', '400 Bad Request'));
    connection.close();
  });
  const { port } = await serve({ ...H2C, backends: { a: [one.port] } });
  const client = await http2(port);
  expect(await client.ask()).toMatchObject({ status: 502 });
});

test('a silent session is asked whether it is alive, and given up when it is not', async () => {
  const one = await backend(async () => {});
  const { port } = await serve(
    { ...H2C, backends: { a: [one.port] } },
    { limits: { backendPing: 100, connectTimeout: 100 } },
  );
  const client = await http2(port);
  expect(await client.ask({ ':method': 'POST' }, 'x')).toMatchObject({ status: 502 });
});

test('an endpoint that goes away takes no new session', async () => {
  const one = await http2Backend();
  const other = await backend(answer(response('other')));
  const { port, apply } = await serve({ ...H2C, backends: { a: [one.port] } });
  const client = await http2(port);
  await client.ask();
  await apply({ backends: { a: [other.port] } });
  expect(await client.ask()).toMatchObject({ body: 'other' });
  await until(() => one.sessions[0]!.destroyed, 'the end of the session');
});
