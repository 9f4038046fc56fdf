/** Whether a proxy does what the cases of HTTP/2 and gRPC measure. */
import { type ClientHttp2Session, connect, constants, type OutgoingHttpHeaders } from 'node:http2';
import { expectAnswer } from './ask.ts';
import { GRPC_HOST, GRPC_METHODS, GRPC_SERVICE, MESSAGE, STREAM_MESSAGES } from './grpc.ts';
import type { Setup } from './peers/peer.ts';
import { SMALL_ANSWER } from './routes.ts';

type Answer = { readonly status: number; readonly body: string; readonly grpcStatus: string | null };

const PATIENCE_MILLIS = 5_000;
const GRPC = { 'content-type': 'application/grpc', te: 'trailers' };

/** Throws with what is wrong. */
export async function verifyHttp2(setup: Setup): Promise<void> {
  const route = setup.routes[0]!;
  const service = setup.services[route.service];
  await withSession(`https://localhost:${setup.tlsPort}`, async (session) => {
    const where = `h2 ${route.host}${route.prefix}`;
    const path = (last: string) => ({ ':authority': route.host, ':path': `${route.prefix}/${last}` });
    expectAnswer(where, await call(session, path('small')), SMALL_ANSWER);
    expectAnswer(where, await call(session, path('who')), `${service} `);
    const posted = Buffer.alloc(64 * 1024);
    const length = { ':method': 'POST', 'content-length': posted.length };
    expectAnswer(
      `POST ${where}`,
      await call(session, { ...path('who'), ...length }, posted),
      `${service} ${posted.length}`,
    );
    const unknown = await call(session, { ...path('small'), ':authority': 'unknown.bench.example' });
    if (unknown.status !== 404) throw new Error(`an unknown host was answered ${unknown.status}`);
  });
  await withSession(`http://localhost:${setup.plainPort}`, async (session) => {
    for (const method of GRPC_METHODS) {
      const where = `gRPC ${method}`;
      const head = { ':authority': GRPC_HOST, ':method': 'POST', ':path': `/${GRPC_SERVICE}/${method}`, ...GRPC };
      const answer = await call(session, head, MESSAGE);
      expectAnswer(where, answer, MESSAGE.toString('latin1').repeat(method === 'Stream' ? STREAM_MESSAGES : 1));
      if (answer.grpcStatus !== '0') throw new Error(`${where} ended with grpc-status ${answer.grpcStatus}`);
    }
  });
}

async function withSession(url: string, action: (session: ClientHttp2Session) => Promise<void>): Promise<void> {
  const session = connect(url, { rejectUnauthorized: false });
  try {
    await new Promise((resolve, reject) => {
      session.once('connect', resolve);
      session.once('error', reject);
      session.setTimeout(PATIENCE_MILLIS, () => session.destroy(new Error('HTTP/2: no answer')));
    });
    // What goes wrong from now on goes wrong with a stream.
    session.on('error', () => {});
    await action(session);
  } finally {
    session.destroy();
  }
}

function call(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body: Buffer | null = null): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers, { endStream: body === null });
    let status = 0;
    let text = '';
    let grpcStatus: string | null = null;
    stream.setEncoding('latin1');
    stream.on('response', (head) => {
      status = Number(head[':status']);
    });
    stream.on('trailers', (trailers) => {
      grpcStatus = String(trailers['grpc-status']);
    });
    stream.on('data', (chunk: string) => {
      text += chunk;
    });
    stream.on('end', () => resolve({ status, body: text, grpcStatus }));
    stream.on('error', reject);
    stream.on('close', () => {
      if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) reject(new Error(`reset with ${stream.rstCode}`));
    });
    if (body !== null) stream.end(body);
  });
}
