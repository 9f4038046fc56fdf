/** The corpus of requests on real sockets: what the client is told, and what a backend gets to see. */
import { expect, test } from 'vitest';
import { answer, response } from '../fake/backend.ts';
import { REQUESTS } from '../fuzz/corpus/index.ts';
import { serveScript, until } from './start.ts';

/** On a socket the preface is no request: HTTP/2 follows (test/proxy/h2). */
const SENT = REQUESTS.filter(({ name }) => name !== 'the preface of HTTP/2');

test.each(SENT.map((entry) => [entry.name, entry] as const))('%s', async (_, entry) => {
  const { connect, backend } = await serveScript(answer(response('ok')));
  const client = await connect();
  client.write(entry.bytes).catch(() => {});
  client.end();
  for (let index = 0; index < entry.messages; index++) {
    // OPTIONS for the whole server is for the proxy, not for a backend.
    expect([200, 404]).toContain((await client.response()).status);
  }
  if (entry.ending === 'refused') {
    const refused = await client.response();
    expect(refused.status).toBe(entry.status);
    expect(refused.header('connection')).toBe('close');
  }
  // A request that is cut short may be answered 400 or not at all.
  if (entry.ending === 'incomplete' && (await client.reader.rest()).length > 0) {
    expect(backend.requests).toHaveLength(entry.messages);
  }
  expect(await client.closed()).not.toBe('open');
  expect(client.reader.peek()).toHaveLength(0);
  await until(() => backend.requests.length <= entry.messages, 'no more requests than messages');
  expect(backend.requests.length).toBeLessThanOrEqual(entry.messages);
  for (const request of backend.requests) {
    expect(request.target).not.toContain('admin');
    expect(request.fields.filter(([name]) => name.toLowerCase() === 'host')).toHaveLength(1);
    const framing = request.fields.filter(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
    expect(framing.length).toBeLessThanOrEqual(1);
  }
});
