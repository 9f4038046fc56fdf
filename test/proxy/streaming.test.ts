import { expect, test } from 'vitest';
import { answer, pause, response } from '../fake/backend.ts';
import { get } from '../fake/client.ts';
import { serveScript } from './start.ts';

test('each event of a stream reaches the client when it is sent', async () => {
  let next: () => void = () => {};
  const { connect } = await serveScript(async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
    for (const event of ['one', 'two', 'three']) {
      await connection.write(`${event.length.toString(16)}\r\n${event}\r\n`);
      await new Promise<void>((resolve) => {
        next = resolve;
      });
    }
    await connection.write('0\r\n\r\n');
  });
  const client = await connect();
  await client.write(get());
  await client.head();
  for (const event of ['one', 'two', 'three']) {
    expect((await client.reader.through(`${event}\r\n`))!.toString()).toMatch(new RegExp(`${event}\r\n$`));
    next();
  }
  expect((await client.reader.through('0\r\n\r\n'))!.toString()).toBe('0\r\n\r\n');
});

test('the head of a response does not wait for its body', async () => {
  const { connect } = await serveScript(async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n');
    await pause(300);
    await connection.write('hello');
  });
  const client = await connect();
  const begun = performance.now();
  await client.write(get());
  const head = await client.head();
  expect(performance.now() - begun).toBeLessThan(250);
  expect((await client.body(head!)).body).toBe('hello');
});

test('request and response bodies flow at the same time', async () => {
  const { connect } = await serveScript(async (connection) => {
    await connection.head();
    await connection.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    for (;;) {
      const size = (await connection.reader.through('\r\n'))!.toString();
      if (size === '0\r\n') break;
      const data = (await connection.reader.through('\r\n'))!.toString('latin1');
      await connection.write(size + data.toUpperCase());
    }
    await connection.reader.through('\r\n');
    await connection.write('0\r\n\r\n');
  });
  const client = await connect();
  await client.write('POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n');
  await client.head();
  for (const word of ['ping', 'pong', 'pang']) {
    await client.write(`4\r\n${word}\r\n`);
    expect((await client.reader.through(`${word.toUpperCase()}\r\n`))!.toString()).toBe(
      `4\r\n${word.toUpperCase()}\r\n`,
    );
  }
  await client.write('0\r\n\r\n');
  expect((await client.reader.through('0\r\n\r\n'))!.toString()).toBe('0\r\n\r\n');
});

test('a slow backend does not make the proxy hold a large upload', async () => {
  const size = 64 * 1024 * 1024;
  const { connect } = await serveScript(async (connection) => {
    await connection.head();
    connection.reader.stop();
    await pause(500);
    connection.reset();
  });
  const client = await connect();
  await client.write(`POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: ${size}\r\n\r\n`);
  const part = 'x'.repeat(1024 * 1024);
  let written = 0;
  const sending = (async () => {
    while (written < size && client.reader.closing === null) {
      await client.write(part);
      written += part.length;
    }
  })();
  await pause(400);
  expect(written).toBeLessThan(32 * 1024 * 1024);
  expect((await client.response()).status).toBe(502);
  client.close();
  await Promise.race([sending, pause(500)]);
});

test('bytes of every value come through in both directions', async () => {
  const { connect } = await serveScript(answer((request) => response(request.body)));
  const client = await connect();
  const body = Array.from({ length: 4096 }, (_, index) => String.fromCharCode((index * 7) & 0xff)).join('');
  const sent = `POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  expect((await client.request(sent)).body === body).toBe(true);
});

test('chunks, extensions and trailers that come byte by byte, in both directions', async () => {
  const framed = '5;a="b;c"\r\nhello\r\n1\r\n \r\n5;d\r\nworld\r\n0;e=f\r\nX-Sum: 1\r\n\r\n';
  const { connect, backend } = await serveScript(async (connection) => {
    while ((await connection.request()) !== null) {
      await connection.drip(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${framed}`, 0);
    }
  });
  const client = await connect();
  for (let round = 0; round < 2; round++) {
    await client.writeParts([...`POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n${framed}`]);
    expect(await client.response()).toMatchObject({ body: 'hello world', trailers: [['X-Sum', '1']], whole: true });
  }
  for (const request of backend.requests) {
    expect(request).toMatchObject({ body: 'hello world', trailers: [['X-Sum', '1']] });
  }
  expect(backend.connections).toHaveLength(1);
});
