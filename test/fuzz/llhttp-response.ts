/** Node's own client (llhttp) as the other party of the differential fuzz. */
import { type IncomingMessage, request } from 'node:http';
import { fields, type ResponseMessage, type ResponseTranscript } from './transcript.ts';
import { turn, Wire } from './wire.ts';

/** Feeds the parts, one read each, to a client that has sent one request with this method; then the end of the stream. */
export async function llhttpResponse(parts: readonly Buffer[], method = 'GET'): Promise<ResponseTranscript> {
  const wire = new Wire();
  const messages: ResponseMessage[] = [];
  let final: IncomingMessage | null = null;
  let body = '';
  let done = false;
  let refusal: string | null = null;
  const outside: { tunnel: string | null } = { tunnel: null };

  const sent = request({ createConnection: () => wire as never, method, path: '/', maxHeaderSize: 16 * 1024 });
  sent.on('information', (info) => {
    messages.push({
      status: info.statusCode,
      version: info.httpVersion,
      headers: fields(info.rawHeaders),
      body: '',
      trailers: [],
    });
  });
  sent.on('response', (response) => {
    final = response;
    response.setEncoding('latin1');
    response.on('data', (text: string) => {
      body += text;
    });
    response.on('end', () => {
      done = response.complete;
    });
    response.on('error', () => {});
  });
  const leave = (response: IncomingMessage, _socket: unknown, head: Buffer): void => {
    final = response;
    done = true;
    outside.tunnel = head.toString('latin1');
  };
  sent.on('upgrade', leave);
  sent.on('connect', leave);
  sent.on('error', (error: NodeJS.ErrnoException) => {
    refusal ??= error.code ?? error.message;
  });
  sent.end();
  await turn();
  for (const part of parts) {
    if (outside.tunnel !== null) outside.tunnel += part.toString('latin1');
    else if (refusal === null && !wire.destroyed) wire.push(part);
  }
  await turn();
  if (!wire.destroyed) wire.push(null);
  await turn();
  await turn();
  wire.destroy();
  sent.destroy();

  const response = final as IncomingMessage | null;
  if (response !== null && done) {
    messages.push({
      status: response.statusCode!,
      version: response.httpVersion,
      headers: fields(response.rawHeaders),
      body,
      trailers: fields(response.rawTrailers),
    });
    const rest = outside.tunnel;
    return { messages, ending: rest === null ? { kind: 'end' } : { kind: 'tunnel', rest } };
  }
  // A parse error of the head or body has llhttp's code; a stream that only stopped is a reset to the client.
  if (refusal !== null && refusal !== 'ECONNRESET' && refusal !== 'HPE_INVALID_EOF_STATE') {
    return { messages, ending: { kind: 'refused', code: refusal, status: 502 } };
  }
  return { messages, ending: { kind: 'incomplete' } };
}
