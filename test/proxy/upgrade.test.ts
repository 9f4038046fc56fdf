import { expect, test } from 'vitest';
import { answer, response, type Script } from '../fake/backend.ts';
import { get } from '../fake/client.ts';
import { serveScript, until } from './start.ts';

const UPGRADE = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

/** Agrees, then answers every line with the same line in capitals. */
const echo: Script = async (connection) => {
  await connection.request();
  await connection.write(SWITCH);
  for (;;) {
    const line = await connection.reader.through('\n');
    if (line === null) break;
    await connection.write(line.toString('latin1').toUpperCase());
  }
  connection.end();
};

test('an upgraded connection carries bytes both ways until one side ends', async () => {
  const { connect, backend } = await serveScript(echo);
  const client = await connect();
  const switched = await client.request(get('/', UPGRADE));
  expect(switched.status).toBe(101);
  expect(switched.header('upgrade')).toBe('websocket');
  expect(switched.header('connection')?.toLowerCase()).toBe('upgrade');
  for (const line of ['one\n', 'two\0\x80\n', `${'long'.repeat(50_000)}\n`]) {
    await client.write(line);
    expect((await client.reader.through('\n'))!.toString('latin1')).toBe(line.toUpperCase());
  }
  expect(backend.requests[0]!.header('upgrade')).toBe('websocket');
  expect(backend.requests[0]!.header('connection')?.toLowerCase()).toBe('upgrade');
  client.end();
  expect(await client.closed()).toBe('fin');
  await until(() => backend.open === 0, 'the backend connection to be closed');
});

test('bytes that come with the 101 are not lost', async () => {
  const { connect } = await serveScript(async (connection) => {
    await connection.request();
    await connection.write(`${SWITCH}first\n`);
    await connection.closed();
    connection.end();
  });
  const client = await connect();
  expect((await client.request(get('/', UPGRADE))).status).toBe(101);
  expect((await client.reader.through('\n'))!.toString()).toBe('first\n');
  client.end();
});

test('bytes that the client sends before the 101 go to the backend after it', async () => {
  const { connect } = await serveScript(echo);
  const client = await connect();
  await client.write(`${get('/', UPGRADE)}early\n`);
  expect((await client.response()).status).toBe(101);
  expect((await client.reader.through('\n'))!.toString()).toBe('EARLY\n');
  client.end();
});

test('a request behind one whose upgrade is refused is still a request', async () => {
  const { connect } = await serveScript(answer((request) => response(request.target)));
  const client = await connect();
  await client.write(get('/1', UPGRADE) + get('/2'));
  expect(await client.response()).toMatchObject({ status: 200, body: '/1' });
  expect(await client.response()).toMatchObject({ status: 200, body: '/2' });
});

test('a 101 that nobody asked for is a bad response', async () => {
  const { connect } = await serveScript(async (connection) => {
    await connection.request();
    await connection.write(`${SWITCH}GET /admin HTTP/1.1\r\n\r\n`);
  });
  const client = await connect();
  expect((await client.request(get())).status).toBe(502);
});

test('a 101 to another protocol than was asked for is a bad response', async () => {
  const { connect } = await serveScript(async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n');
  });
  const client = await connect();
  expect((await client.request(get('/', UPGRADE))).status).toBe(502);
});

test('Upgrade without Connection: upgrade ends at the proxy', async () => {
  const { connect, backend } = await serveScript();
  const client = await connect();
  expect((await client.request(get('/', 'Upgrade: websocket\r\n'))).status).toBe(200);
  expect(backend.requests[0]!.header('upgrade')).toBeNull();
});

test('h2c is not passed on: its frames would be another protocol behind our back', async () => {
  const { connect, backend } = await serveScript();
  const client = await connect();
  const lines = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n';
  expect((await client.request(get('/', lines))).status).toBe(200);
  expect(backend.requests[0]!.header('upgrade')).toBeNull();
  expect(backend.requests[0]!.header('http2-settings')).toBeNull();
});

test('a backend that resets ends the tunnel', async () => {
  const { connect } = await serveScript(async (connection) => {
    await connection.request();
    await connection.write(SWITCH);
    await connection.reader.through('\n');
    connection.reset();
  });
  const client = await connect();
  expect((await client.request(get('/', UPGRADE))).status).toBe(101);
  await client.write('go\n');
  expect(await client.closed()).not.toBe('open');
});

test('half a tunnel stays open until the other half ends', async () => {
  const { connect } = await serveScript(async (connection) => {
    await connection.request();
    await connection.write(SWITCH);
    const all = await connection.reader.rest();
    await connection.write(`got ${all.length}\n`);
    connection.end();
  });
  const client = await connect();
  expect((await client.request(get('/', UPGRADE))).status).toBe(101);
  await client.write('12345');
  client.end();
  expect((await client.reader.rest()).toString()).toBe('got 5\n');
  expect(client.reader.closing).toBe('fin');
});

test('a silent tunnel is closed after its timeout', async () => {
  const { connect, backend } = await serveScript(echo, { limits: { tunnelTimeout: 200 } });
  const client = await connect();
  expect((await client.request(get('/', UPGRADE))).status).toBe(101);
  expect(await client.closed()).not.toBe('open');
  await until(() => backend.open === 0, 'the backend connection to be closed');
});
