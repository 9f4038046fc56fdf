import { expect, test } from 'vitest';
import { answer, response } from '../fake/backend.ts';
import { get } from '../fake/client.ts';
import { rows } from '../markdown.ts';
import { backend, body, connect, reason, send, TEXT } from './served.ts';

/** Answers the first request of every connection with these bytes, and ends it. */
function says(bytes: string): void {
  backend.script = async (connection) => {
    await connection.request();
    await connection.write(bytes);
    connection.end();
  };
}

const RESPONSES: Record<string, () => Promise<void>> = {
  '1xx other than 101': async () => {
    says(`HTTP/1.1 103 Early Hints\r\n\r\n${response('a')}`);
    expect(await send(get())).toMatchObject({ body: 'a', informational: [103] });
    expect((await send('GET / HTTP/1.0\r\n\r\n')).informational).toEqual([]);
    says('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(33) + response('a'));
    expect((await send(get())).status).toBe(502);
  },
  '101 that was not asked for, or for a protocol that was not offered': async () => {
    says('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    expect((await send(get())).status).toBe(502);
    expect(reason()).toBe('bad-response');
    expect((await send(get('/', 'Connection: upgrade\r\nUpgrade: y\r\n'))).status).toBe(502);
  },
  'A length, or chunks': async () => {
    says('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n');
    const chunked = await send(get());
    expect([chunked.header('transfer-encoding'), chunked.body]).toEqual(['chunked', 'ab']);
    const old = await send('GET / HTTP/1.0\r\n\r\n');
    expect([old.header('transfer-encoding'), old.header('connection'), old.body]).toEqual([null, 'close', 'ab']);
  },
  'A body that ends with the connection': async () => {
    says('HTTP/1.1 200 OK\r\n\r\nab');
    const received = await send(get());
    expect([received.header('transfer-encoding'), received.body, received.whole]).toEqual(['chunked', 'ab', true]);
  },
  'A body that breaks off, or is longer than announced': async () => {
    says('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab');
    expect(await send(get())).toMatchObject({ body: 'ab', whole: false });
    says('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n');
    const old = await connect();
    await old.write('GET / HTTP/1.0\r\n\r\n');
    expect(await old.closed()).toBe('reset');
    says('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc');
    const client = await connect();
    await client.write(get());
    expect(await client.response()).toMatchObject({ body: 'a', whole: true });
    await client.write(get());
    expect(await client.response()).toMatchObject({ body: 'a', whole: true });
  },
  Trailers: async () => {
    says('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nSum: 1\r\n\r\n');
    expect((await send(get())).trailers).toEqual([['Sum', '1']]);
  },
  'No `Date`': async () => {
    expect((await send(get())).header('date')).toMatch(/ GMT$/);
  },
  '`Connection` and fields that it names': async () => {
    says(response('', '200 OK', 'Connection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\n'));
    const received = await send(get());
    expect(['connection', 'x-hop', 'keep-alive'].map((name) => received.header(name))).toEqual([null, null, null]);
  },
  'An answer before the request is complete': async () => {
    backend.script = async (connection) => {
      await connection.head();
      await connection.write(response('early'));
    };
    const client = await connect();
    await client.write(body('Content-Length: 5\r\n', 'ab'));
    expect((await client.response('POST')).body).toBe('early');
    backend.script = answer(response('next'));
    await client.write(`cde${get()}`);
    expect((await client.response()).body).toBe('next');
  },
  '408 or anything else before the request was sent': async () => {
    let connections = 0;
    backend.script = async (connection) => {
      connections++;
      if (connections > 1) await answer(response('second'))(connection);
      else {
        await connection.request();
        await connection.write(response('first') + response('tired', '408 Request Timeout'));
      }
    };
    const client = await connect();
    expect((await client.request(get())).body).toBe('first');
    expect((await client.request(get())).body).toBe('second');
  },
};

test('every row about responses has a case', () => {
  expect(rows(TEXT, '## What clients get').map(([row]) => row)).toEqual(Object.keys(RESPONSES));
});

test.each(Object.entries(RESPONSES))('from a backend: %s', async (_, run) => {
  await run();
});
