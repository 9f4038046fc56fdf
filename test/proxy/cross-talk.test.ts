/**
 * Many clients at once, in every tempo, plain and over TLS: each gets its own answers and every byte of them, whatever
 * the others do. Buffers that are used again too early would show here.
 */
import { expect, test } from 'vitest';
import { type BackendConnection, pause, response, type Script } from '../fake/backend.ts';
import { certificateKey, EXACT } from '../fake/certificates.ts';
import type { Client } from '../fake/client.ts';
import { backend, serve } from './start.ts';

/** Numbers that look random and are the same in every run. */
function sequence(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
}

const SIZES = [0, 1, 100, 5000, 20_000, 70_000, 300_000] as const;

/** A body that tells who it is for at every place. */
function bodyFor(id: string, size: number): string {
  return `${id};`.repeat(Math.ceil(size / (id.length + 1))).slice(0, size);
}

/** Answers before it has read the body; the rest of the request may come, or the end. */
async function answerEarly(connection: BackendConnection): Promise<boolean> {
  const early = /^POST \/(\w+)\/(\d+)\/early /.exec(connection.reader.peek().toString('latin1'));
  if (early === null) return false;
  await connection.write(response(bodyFor(early[1]!, Number(early[2]))));
  await connection.request();
  return true;
}

/** Answers `/<id>/<size>/<how>` with the body for it; a request body must be the one for its id too. */
const echo: Script = async (connection) => {
  for (;;) {
    if ((await connection.reader.wait()) === null) break;
    if (await answerEarly(connection)) continue;
    const request = await connection.request();
    if (request === null) break;
    const [, id, size, how] = request.target.split('/');
    if (request.body !== bodyFor(id!, request.body.length)) throw new Error(`the body of ${request.target} is wrong`);
    const body = bodyFor(id!, Number(size));
    if (how === 'slow') await pause(3);
    if (how === 'reset') {
      connection.reset();
      return;
    }
    if (how === 'chunks') {
      await connection.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      for (let at = 0; at < body.length; at += 7001) {
        const part = body.slice(at, at + 7001);
        await connection.write(`${part.length.toString(16)}\r\n${part}\r\n`);
      }
      await connection.write(`0\r\nX-Id: ${id}\r\n\r\n`);
    } else if (how === 'close') {
      await connection.write(`HTTP/1.1 200 OK\r\n\r\n${body}`);
      connection.end();
      return;
    } else await connection.write(response(body, '200 OK', `X-Id: ${id}\r\n`));
  }
  connection.end();
};

const HOW = ['now', 'now', 'slow', 'chunks', 'chunks', 'close', 'early', 'reset'] as const;

type Asked = { readonly id: string; readonly size: number; readonly how: string };

function requestFor({ id, size, how }: Asked, bodySize: number, inChunks: boolean): string {
  const head = `POST /${id}/${size}/${how} HTTP/1.1\r\nHost: a.example\r\n`;
  const body = bodyFor(id, bodySize);
  if (!inChunks) return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
  let framed = '';
  for (let at = 0; at < body.length; at += 997) {
    const part = body.slice(at, at + 997);
    framed += `${part.length.toString(16)};x=y\r\n${part}\r\n`;
  }
  return `${head}Transfer-Encoding: chunked\r\n\r\n${framed}0\r\nX-Id: ${id}\r\n\r\n`;
}

async function visit(connect: () => Promise<Client>, visitor: number, rounds: number): Promise<number> {
  const next = sequence(visitor);
  let client = await connect();
  let served = 0;
  for (let round = 0; round < rounds; round++) {
    const asked: Asked[] = [];
    let bytes = '';
    for (let index = next(4); index >= 0; index--) {
      const one = {
        id: `v${visitor}r${round}i${index}`,
        size: SIZES[next(SIZES.length)]!,
        how: HOW[next(HOW.length)]!,
      };
      asked.push(one);
      bytes += requestFor(one, SIZES[next(5)]!, next(2) === 0);
    }
    const isSlow = next(3) === 0;
    if (isSlow) client.reader.stop();
    const sending = client.write(bytes).catch(() => {});
    if (isSlow) await pause(next(10));
    client.reader.resume();
    if (next(8) === 0) {
      await pause(next(4));
      client.reset();
      client = await connect();
      continue;
    }
    for (const one of asked) {
      const answered = await client.response();
      if (one.how === 'reset') {
        expect(answered.status).toBe(502);
        continue;
      }
      expect(answered.status).toBe(200);
      expect(answered.body === bodyFor(one.id, one.size), `body for ${one.id}`).toBe(true);
      if (one.how === 'now' || one.how === 'slow') expect(answered.header('x-id')).toBe(one.id);
      if (one.how === 'chunks') expect(answered.trailers).toEqual([['X-Id', one.id]]);
      served++;
      if (answered.header('connection') === 'close') {
        client.close();
        client = await connect();
        break;
      }
    }
    await sending;
  }
  client.close();
  return served;
}

test.each(['plain', 'TLS'])('%s: 24 clients, each with its own answers', { timeout: 60_000 }, async (kind) => {
  const [one, two] = [await backend(echo), await backend(echo)];
  const isSecure = kind === 'TLS';
  const { connect } = await serve(
    {
      listeners: {
        http: {
          tls: isSecure ? { mode: 'Terminate', certificates: [certificateKey(EXACT)], clientValidation: null } : null,
        },
      },
      certificates: isSecure ? { [certificateKey(EXACT)]: EXACT } : {},
      backends: { a: [one.port, two.port] },
    },
    { limits: { backendConnections: 12 } },
  );
  const open = () => connect(isSecure ? { servername: 'a.example' } : {});
  const served = await Promise.all(Array.from({ length: 24 }, (_, visitor) => visit(open, visitor + 1, 12)));
  expect(served.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(300);
});
