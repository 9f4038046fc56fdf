/** Node's own server (llhttp) as the other party of the differential fuzz. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { fields, type RequestMessage, type RequestTranscript } from './transcript.ts';
import { turn, Wire } from './wire.ts';

type Reading = { request: IncomingMessage; body: string; done: boolean };

type Session = { readings: Reading[]; refusal: string | null; tunnel: string | null };

const sessions = new WeakMap<object, Session>();
let shared: Server | null = null;

function server(): Server {
  if (shared !== null) return shared;
  // Two checks that node makes after the parser are off, so that llhttp alone is heard: a missing Host is refused, and
  // a request with Upgrade ends HTTP before any answer agreed to it.
  shared = createServer({ requireHostHeader: false, shouldUpgradeCallback: () => false, maxHeaderSize: 16 * 1024 });
  const read = (request: IncomingMessage): void => {
    const reading: Reading = { request, body: '', done: false };
    sessions.get(request.socket)!.readings.push(reading);
    request.setEncoding('latin1');
    request.on('data', (text: string) => {
      reading.body += text;
    });
    request.on('end', () => {
      reading.done = request.complete;
    });
    request.on('error', () => {});
  };
  const tunnel = (request: IncomingMessage, _socket: unknown, head: Buffer): void => {
    const session = sessions.get(request.socket)!;
    session.readings.push({ request, body: '', done: true });
    session.tunnel = head.toString('latin1');
  };
  shared.on('request', read);
  shared.on('checkContinue', read);
  shared.on('checkExpectation', read);
  shared.on('connect', tunnel);
  shared.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const session = sessions.get(socket)!;
    session.refusal ??= error.code ?? error.message;
  });
  return shared;
}

function messageOf(reading: Reading): RequestMessage {
  const { request } = reading;
  return {
    method: request.method!,
    target: request.url!,
    version: request.httpVersion,
    headers: fields(request.rawHeaders),
    body: reading.body,
    trailers: fields(request.rawTrailers),
  };
}

/**
 * After such a request node skips what is left of the read and overlooks what is wrong with it, even when it does not take
 * the upgrade: nothing behind it can be compared.
 */
function asksForUpgrade({ headers }: RequestMessage): boolean {
  const has = (name: string, value: RegExp) =>
    headers.some(([field, text]) => field.toLowerCase() === name && value.test(text));
  return has('upgrade', /^/) && has('connection', /\bupgrade\b/i);
}

/** Feeds the parts one read each, then the end of the stream. */
export async function llhttpRequests(parts: readonly Buffer[]): Promise<RequestTranscript> {
  const wire = new Wire();
  const session: Session = { readings: [], refusal: null, tunnel: null };
  sessions.set(wire, session);
  wire.on('error', () => {});
  server().emit('connection', wire);
  await turn();
  for (const part of parts) {
    if (session.tunnel !== null) session.tunnel += part.toString('latin1');
    else if (session.refusal === null) wire.push(part);
  }
  await turn();
  if (session.refusal === null && session.tunnel === null) {
    wire.push(null);
    await turn();
  }
  await turn();
  wire.destroy();
  const whole = session.readings.filter((reading) => reading.done).map(messageOf);
  const last = whole.findIndex(asksForUpgrade);
  const messages = last === -1 ? whole : whole.slice(0, last + 1);
  if (last !== -1) return { messages, ending: { kind: 'refused', code: 'STOPPED_AFTER_UPGRADE', status: 400 } };
  if (session.tunnel !== null) return { messages, ending: { kind: 'tunnel', rest: session.tunnel } };
  if (session.refusal === 'HPE_INVALID_EOF_STATE') return { messages, ending: { kind: 'incomplete' } };
  if (session.refusal !== null) {
    const status = session.refusal === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
    return { messages, ending: { kind: 'refused', code: session.refusal, status } };
  }
  const cut = session.readings.length > messages.length;
  return { messages, ending: { kind: cut ? 'incomplete' : 'end' } };
}
