import { expect, test } from 'vitest';
import { type ReceivedRequest, response } from '../fake/backend.ts';
import { get } from '../fake/client.ts';
import { Http2Client } from '../fake/http2.ts';
import { rows } from '../markdown.ts';
import { snapshotFrom } from '../proxy/table.ts';
import { backend, body, connect, proxy, reason, send, TEXT } from './served.ts';

async function forwarded(bytes: string): Promise<ReceivedRequest> {
  expect((await send(bytes)).status).toBe(200);
  return backend.requests.at(-1)!;
}

/** One request is refused with this status, for this reason, and the connection ends. */
async function refused(status: number, why: string, bytes: string): Promise<void> {
  const client = await connect();
  await client.write(bytes);
  expect((await client.response()).status).toBe(status);
  expect(await client.closed()).toBe('fin');
  expect(reason()).toBe(why);
  expect(backend.requests).toEqual([]);
}

function host(lines: string): string {
  return `GET / HTTP/1.1\r\n${lines}\r\n`;
}

const REQUESTS: Record<string, () => Promise<void>> = {
  'HTTP/1.1, HTTP/1.0': async () => {
    await forwarded(get('/a'));
    await forwarded('GET /b HTTP/1.0\r\n\r\n');
    expect(backend.requests.map(({ target }) => target)).toEqual(['/a', '/b']);
  },
  'HTTP/0.9, a request line without version': () => refused(400, 'no-version', 'GET /\r\n\r\n'),
  'HTTP/1.2, HTTP/3': async () => {
    await refused(505, 'unknown-version', 'GET / HTTP/1.2\r\nHost: a\r\n\r\n');
    await refused(505, 'unknown-version', 'GET / HTTP/3.0\r\nHost: a\r\n\r\n');
  },
  'The preface of HTTP/2, in plaintext': async () => {
    const client = await Http2Client.connect(proxy.addresses[0]!.boundPort);
    expect(await client.ask()).toMatchObject({ status: 200 });
    client.close();
  },
  'Any method that is a token of at most 32 characters': async () => {
    const method = 'x'.repeat(32);
    expect((await forwarded(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`)).method).toBe(method);
    await send(`x${method} / HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(reason()).toBe('method-too-long');
  },
  '`CONNECT`': () => refused(501, 'connect', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n'),
  '`OPTIONS *`': async () => {
    expect((await forwarded('OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n')).target).toBe('*');
  },
  'A target in absolute form (`GET http://host/path`)': async () => {
    const seen = await forwarded('GET http://b.example/p HTTP/1.1\r\nHost: b.example\r\n\r\n');
    expect([seen.target, seen.header('host')]).toEqual(['/p', 'b.example']);
    expect((await send('GET http://b.example/ HTTP/1.1\r\nHost: c.example\r\n\r\n')).status).toBe(400);
    expect((await send('GET http://u:p@b.example/ HTTP/1.1\r\nHost: b.example\r\n\r\n')).status).toBe(400);
    expect((await send('GET https://b.example/ HTTP/1.1\r\nHost: b.example\r\n\r\n')).status).toBe(421);
  },
  'One empty line before the request line': async () => {
    await forwarded(`\r\n${get()}`);
    expect((await send(`\r\n\r\n${get()}`)).status).toBe(400);
  },
  'A line that ends with LF alone, CR without LF': async () => {
    await refused(400, 'bare-lf', 'GET / HTTP/1.1\nHost: a\r\n\r\n');
    expect((await send('GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n')).status).toBe(400);
  },
  'A field line that begins with a space (obsolete folding)': () =>
    refused(400, 'obs-fold', get('/', 'A: b\r\n c\r\n')),
  'Space between field name and colon': () => refused(400, 'space-before-colon', get('/', 'A : b\r\n')),
  'Control characters in a field value': async () => {
    await refused(400, 'bad-field-value', get('/', 'A: b\x01c\r\n'));
    expect((await forwarded(get('/', 'A: \xe9\r\n'))).header('a')).toBe('\xe9');
  },
  'No Host in HTTP/1.1, several, or one that is not a host and port': async () => {
    await refused(400, 'missing-host', host(''));
    for (const lines of ['Host: a\r\nHost: a\r\n', 'Host: a b\r\n', 'Host: a:99999\r\n', 'Host: u@a\r\n']) {
      expect((await send(host(lines))).status).toBe(400);
    }
  },
  'A dot at the end of the host (`shop.example.`)': async () => {
    const table = { rules: [{ hostnames: ['shop.example'] }], backends: { one: [backend.port] } };
    await proxy.apply(snapshotFrom(table, 0));
    await forwarded(get('/', '', 'shop.example.'));
  },
  '`Content-Length` together with `Transfer-Encoding`': () =>
    refused(400, 'length-and-coding', body('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n')),
  'Two `Content-Length`, also equal ones; a sign, a list, a space in it': async () => {
    await refused(400, 'repeated-length', body('Content-Length: 1\r\nContent-Length: 1\r\n', 'a'));
    for (const length of ['+1', '1, 1', '1 1', '0x1', '']) {
      expect((await send(body(`Content-Length: ${length}\r\n`, 'a'))).status).toBe(400);
    }
  },
  '`Transfer-Encoding: chunked`': async () => {
    expect((await forwarded(body('Transfer-Encoding: chunked\r\n', '2\r\nab\r\n0\r\n\r\n'))).body).toBe('ab');
    expect((await send(body('Transfer-Encoding: chunked\r\n', '0\r\n\r\n', '1.0'))).status).toBe(400);
  },
  'Any other transfer coding': async () => {
    await refused(501, 'unknown-coding', body('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'));
    for (const codings of ['gzip', 'chunked, gzip', 'chunked, chunked']) {
      expect((await send(body(`Transfer-Encoding: ${codings}\r\n`, '0\r\n\r\n'))).status).toBe(400);
    }
  },
  'Chunk extensions': async () => {
    expect((await forwarded(body('Transfer-Encoding: chunked\r\n', '2;a=b\r\nab\r\n0\r\n\r\n'))).body).toBe('ab');
    expect(
      (await send(body('Transfer-Encoding: chunked\r\n', `2;${'x'.repeat(5000)}\r\nab\r\n0\r\n\r\n`))).status,
    ).toBe(400);
  },
  Trailers: async () => {
    const bytes = body('Transfer-Encoding: chunked\r\n', '0\r\nSum: 1\r\nContent-Length: 9\r\nCookie: a=b\r\n\r\n');
    expect((await forwarded(bytes)).trailers).toEqual([['Sum', '1']]);
  },
  '`Expect: 100-continue`': async () => {
    backend.script = async (connection) => {
      const head = await connection.head();
      await connection.write('HTTP/1.1 100 Continue\r\n\r\n');
      await connection.write(response((await connection.body(head!)).body));
    };
    const client = await connect();
    await client.write(body('Expect: 100-continue\r\nContent-Length: 2\r\n', ''));
    expect((await client.head())!.start).toBe('HTTP/1.1 100 Continue');
    await client.write('ab');
    expect((await client.response('POST')).body).toBe('ab');
    expect((await send(get('/', 'Expect: tea\r\n'))).status).toBe(417);
  },
  '`Connection: name`': async () => {
    const seen = await forwarded(get('/', 'Connection: x-secret\r\nX-Secret: 1\r\nX-Other: 2\r\n'));
    expect([seen.header('x-secret'), seen.header('x-other')]).toEqual([null, '2']);
    await send(get('/', 'Connection: host\r\n'));
    expect(reason()).toBe('bad-connection');
  },
  '`Upgrade` with `Connection: upgrade`': async () => {
    backend.script = async (connection) => {
      const head = (await connection.head())!;
      expect(head.fields.map(([name]) => name.toLowerCase())).toContain('upgrade');
      await connection.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello');
      connection.end();
    };
    const client = await connect();
    await client.write(get('/', 'Connection: upgrade\r\nUpgrade: echo\r\n'));
    expect((await client.head())!.start).toMatch(/^HTTP\/1\.1 101 /);
    expect(await client.closed()).toBe('fin');
    expect(client.reader.peek().toString()).toBe('hello');
  },
  '`Upgrade` to HTTP or TLS (`h2c`, `HTTP/2.0`, `TLS/1.0`)': async () => {
    for (const protocol of ['h2c', 'HTTP/2.0', 'TLS/1.0', 'websocket, h2c']) {
      const seen = await forwarded(get('/', `Connection: Upgrade\r\nUpgrade: ${protocol}\r\n`));
      expect(seen.header('upgrade')).toBeNull();
    }
  },
  'Several requests at once (pipelining)': async () => {
    const client = await connect();
    await client.write(['a', 'bb', 'ccc'].map((text) => body(`Content-Length: ${text.length}\r\n`, text)).join(''));
    const bodies = [await client.response('POST'), await client.response('POST'), await client.response('POST')];
    expect(bodies.map((each) => each.body)).toEqual(['a', 'bb', 'ccc']);
  },
  'The client ends its half after a request': async () => {
    const client = await connect();
    await client.write(get());
    client.end();
    expect((await client.response()).status).toBe(200);
    expect(await client.closed()).toBe('fin');
    const other = await connect();
    await other.write(body('Content-Length: 5\r\n', 'ab'));
    other.end();
    expect((await other.response()).status).toBe(400);
    expect(reason()).toBe('body-incomplete');
  },
};

test('every row about requests has a case', () => {
  expect(rows(TEXT, '## Requests from clients').map(([row]) => row)).toEqual(Object.keys(REQUESTS));
});

test.each(Object.entries(REQUESTS))('%s', async (_, run) => {
  await run();
});
