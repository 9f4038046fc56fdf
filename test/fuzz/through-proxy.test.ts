/**
 * The same streams through a whole proxy on real sockets. Node's server is the backend and Node's client the client, so a
 * message that the proxy understands in another way than its neighbours shows: the backend must get exactly the requests
 * that our parser found in the stream, and the client exactly the response that it found.
 */

import { once } from 'node:events';
import { createServer, type IncomingMessage, METHODS } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Proxy } from '../../src/proxy/proxy.ts';
import { normalisePath } from '../../src/proxy/route/normalise.ts';
import { Backend } from '../fake/backend.ts';
import { Client } from '../fake/client.ts';
import { freePort } from '../fake/port.ts';
import { snapshotFrom } from '../proxy/table.ts';
import { cuts } from './grammar.ts';
import { requestStream } from './grammar-request.ts';
import { requestMethod, responseStream } from './grammar-response.ts';
import { headgateRequests } from './headgate-request.ts';
import { headgateResponse } from './headgate-response.ts';
import { type Field, fields, pieces, type RequestMessage } from './transcript.ts';
import { turn } from './wire.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 600);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_121);
const TIMEOUT = 60_000 + RUNS * 20;
const PARAMETERS = { numRuns: RUNS, seed: SEED, endOnFailure: false };

type Received = { method: string; target: string; body: string; trailers: Field[]; end: Field[] };

async function proxyTo(port: number): Promise<{ proxy: Proxy; port: number }> {
  const own = await freePort();
  const proxy = new Proxy({ limits: { bodyTimeout: 1000, headTimeout: 1000, backendIdleTimeout: 0 } });
  await proxy.apply(snapshotFrom({ backends: { a: [port] } }, own));
  await proxy.listen();
  return { proxy, port: own };
}

/** Fields that go from end to end: those that are the client's own and not of one hop. */
function endToEnd(headers: readonly Field[]): Field[] {
  const nominated = headers
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.toLowerCase().split(','))
    .map((option) => option.trim());
  const own =
    /^(connection|keep-alive|proxy-connection|te|transfer-encoding|upgrade|expect|host|x-forwarded-.*|forwarded|x-request-id|traceparent|tracestate|date)$/;
  return headers.filter(([name]) => !own.test(name.toLowerCase()) && !nominated.includes(name.toLowerCase()));
}

/** Trailers that cannot change the meaning of what came before them (RFC 9110 section 6.5.1). */
function harmless(trailers: readonly Field[]): Field[] {
  const early = /^(authorization|cookie|set-cookie|content-(encoding|type|length)|trailer)$/;
  return endToEnd(trailers).filter(([name]) => !early.test(name.toLowerCase()));
}

function expected(message: RequestMessage): Received {
  const { method, target, body, trailers, headers } = message;
  const origin = target.replace(/^https?:\/\/[^/?]*/i, '');
  const [path, ...query] = origin.split('?');
  const normal = target === '*' ? '*' : normalisePath(path!);
  return {
    method,
    target: query.length === 0 ? normal! : `${normal}?${query.join('?')}`,
    body,
    trailers: harmless(trailers),
    end: endToEnd(headers),
  };
}

test('requests through the proxy are the requests that were sent', { timeout: TIMEOUT }, async () => {
  const received: Received[] = [];
  const server = createServer({ requireHostHeader: true, shouldUpgradeCallback: () => false });
  const take = (request: IncomingMessage, response: { end(text: string): void }): void => {
    let body = '';
    request.setEncoding('latin1');
    request.on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      received.push({
        method: request.method!,
        target: request.url!,
        body,
        trailers: fields(request.rawTrailers),
        end: endToEnd(fields(request.rawHeaders)),
      });
      response.end('ok');
    });
    request.on('error', () => {});
  };
  const refused: string[] = [];
  server.on('request', take);
  server.on('checkContinue', take);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // What is cut short by its client is cut short at the backend; nothing else may reach it.
    if (error.code !== 'HPE_INVALID_EOF_STATE' && error.code !== 'ECONNRESET')
      refused.push(error.code ?? error.message);
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { proxy, port } = await proxyTo((server.address() as AddressInfo).port);
  try {
    await fc.assert(
      fc.asyncProperty(requestStream, cuts, async (bytes, chosen) => {
        const found = headgateRequests(pieces(bytes, []));
        // Node's server knows no other methods, and answers OPTIONS for the whole server differently.
        fc.pre(found.messages.every(({ method }) => METHODS.includes(method)));
        received.length = 0;
        refused.length = 0;
        const client = await Client.connect(port);
        const parts = pieces(bytes, (chosen ?? []).slice(0, 3)).map((part) => part.toString('latin1'));
        await client.writeParts(parts).catch(() => {});
        client.end();
        expect(await client.closed(5000)).not.toBe('open');
        client.close();
        const sent = found.messages.filter(({ target, method }) => !(target === '*' && method === 'OPTIONS'));
        const wanted = sent.map(expected);
        expect(received.filter(({ target }) => target !== '*')).toEqual(wanted);
        // The head of a request that is cut short later may have a method of which node knows nothing.
        const isCut = found.ending.kind !== 'end';
        expect(refused.filter((code) => !(isCut && code === 'HPE_INVALID_METHOD'))).toEqual([]);
      }),
      PARAMETERS,
    );
  } finally {
    await proxy.close();
    server.closeAllConnections();
    server.close();
  }
});

test('responses through the proxy are the responses that were sent', { timeout: TIMEOUT }, async () => {
  let parts: readonly string[] = [];
  const backend = await Backend.start(async (connection) => {
    if ((await connection.request()) === null) return;
    for (const part of parts) {
      await connection.write(part);
      await turn();
    }
    connection.end();
    await connection.closed();
    connection.close();
  });
  const { proxy, port } = await proxyTo(backend.port);
  try {
    await fc.assert(
      fc.asyncProperty(responseStream, requestMethod, fc.nat({ max: 3 }), cuts, async (stream, method, age, chosen) => {
        parts = pieces(stream, (chosen ?? []).slice(0, 3)).map((part) => part.toString('latin1'));
        const version = age === 0 ? '1.0' : '1.1';
        const found = headgateResponse(pieces(stream, []), method === 'GET' ? 'PATCH' : method);
        const final = found.messages.at(-1);
        const isWhole = found.ending.kind === 'end' && final !== undefined;
        const client = await Client.connect(port);
        // PATCH is never sent twice, so that what the backend says is what counts.
        const sent = method === 'GET' ? 'PATCH' : method;
        const response = await client.request(`${sent} / HTTP/${version}\r\nHost: a.example\r\n\r\n`);
        if (isWhole && final.status !== 101) {
          expect(response).toMatchObject({ status: final.status, body: final.body, whole: true });
          expect(response.trailers).toEqual(version === '1.0' ? [] : harmless(final.trailers));
        } else {
          expect(response.status === 502 || !response.whole).toBe(true);
        }
        client.close();
        backend.forget();
      }),
      PARAMETERS,
    );
  } finally {
    await proxy.close();
    await backend.close();
  }
});
