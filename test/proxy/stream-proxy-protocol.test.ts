import { once } from 'node:events';
import { connect as tlsConnect } from 'node:tls';
import { expect, test } from 'vitest';
import type { ProxySettings } from '../../src/proxy/options.ts';
import { certificateKey, EXACT } from '../fake/certificates.ts';
import { backend, closeLater, serve } from './start.ts';
import { dial, serveTcp } from './stream-start.ts';

const FROM_HERE: ProxySettings = { proxyProtocolFrom: ['127.0.0.0/8'] };
const HEADER = 'PROXY TCP4 192.0.2.7 198.51.100.2 4711 80\r\n';
const GET = 'GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n';

test.each([
  ['in one piece', [HEADER + GET]],
  ['in two', [HEADER, GET]],
  ['byte by byte', [...(HEADER + GET)]],
])('an HTTP client behind a PROXY header is who the header says, %s', async (_, pieces) => {
  const web = await backend();
  const { port } = await serve({ backends: { a: [web.port] } }, FROM_HERE);
  const client = await dial(port);
  for (const piece of pieces) client.socket.write(piece);
  expect((await client.reader.rest()).toString()).toContain('HTTP/1.1 200');
  expect(web.requests[0]?.header('x-forwarded-for')).toBe('192.0.2.7');
});

test('so is one of HTTPS', async () => {
  const web = await backend();
  const { port } = await serve(
    {
      listeners: {
        http: { tls: { mode: 'Terminate', certificates: [certificateKey(EXACT)], clientValidation: null } },
      },
      backends: { a: [web.port] },
      certificates: { [certificateKey(EXACT)]: EXACT },
    },
    FROM_HERE,
  );
  const { socket } = await dial(port);
  socket.removeAllListeners('data');
  socket.write(HEADER);
  const secure = tlsConnect({ socket, servername: 'a.example', rejectUnauthorized: false });
  closeLater(() => {
    secure.destroy();
  });
  await once(secure, 'secureConnect');
  secure.write(GET);
  await once(secure, 'data');
  expect(web.requests[0]?.header('x-forwarded-for')).toBe('192.0.2.7');
});

test.each([
  ['is missing', GET],
  ['is broken', 'PROXY TCP4 192.0.2.7\r\n'],
])('a connection whose header %s is reset', async (_, bytes) => {
  const web = await backend();
  const { port } = await serve({ backends: { a: [web.port] } }, FROM_HERE);
  const client = await dial(port);
  client.socket.write(bytes);
  expect(await client.reader.closed()).toBe('reset');
  expect(web.connections).toHaveLength(0);
});

test('peers that are not named cannot write a header', async () => {
  const { port } = await serve({ backends: { a: [] } }, { proxyProtocolFrom: ['192.0.2.0/24'] });
  const client = await dial(port);
  client.socket.write(HEADER + GET);
  expect((await client.reader.rest()).toString()).toMatch(/^HTTP\/1\.1 400 /);
});

test.each([
  ['v1' as const, /^PROXY TCP4 192\.0\.2\.7 127\.0\.0\.1 4711 \d+\r\nhello$/],
  ['v2' as const, /^\r\n\r\n\0\r\nQUIT\n!\x11\0\x0c\xc0\0\x02\x07\x7f\0\0\x01\x12g..hello$/s],
])('backends of streams are told the client in %s', async (proxyProtocol, expected) => {
  let got = '';
  const { dial: open } = await serveTcp(
    (socket) => {
      socket.on('data', (chunk) => {
        got += chunk.toString('latin1');
      });
      socket.on('end', () => socket.end());
    },
    { ...FROM_HERE, streams: { proxyProtocol } },
  );
  const client = await open();
  client.socket.end(`${HEADER}hello`);
  await client.reader.closed();
  expect(got).toMatch(expected);
});
