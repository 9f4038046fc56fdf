/** A gRPC server on node:http2 for tests of gRPC-Web, whose calls each test answers itself. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { service } from '../requirements/backend.ts';

export type Call = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly stream: ServerHttp2Stream;
  /** The messages of the request so far. */
  readonly messages: string[];
  isEnded: boolean;
  /** Whether it was reset, and with what. */
  code: number;
  /** Sends a message, after the head. */
  send(message: string): void;
  /** Ends with this status. */
  end(status?: number, text?: string, more?: Record<string, string>): void;
};

/** Begins with the head of a call; `whole` waits for its end. */
export type Handler = (call: Call) => unknown;

export function framed(message: string): Buffer {
  const bytes = Buffer.from(message);
  const frame = Buffer.alloc(5 + bytes.length);
  frame.writeUInt32BE(bytes.length, 1);
  bytes.copy(frame, 5);
  return frame;
}

/** Waits for the end of the request. */
export function whole(handler: Handler): Handler {
  // node:http2 says `end` of a stream that was reset too.
  return (call) => call.stream.on('end', () => call.stream.aborted || call.stream.destroyed || handler(call));
}

/** The Service `name` of the namespace shop; what its port says is `appProtocol`. */
export async function startServer(handler: Handler, name = 'shop', appProtocol?: string) {
  const calls: Call[] = [];
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    const call = callOf(stream, headers);
    calls.push(call);
    handler(call);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const options = { port: 8080, namespace: 'shop', ...(appProtocol === undefined ? {} : { appProtocol }) };
  return { calls, manifest: service(name, [{ address: '127.0.0.1', port }], options) };
}

function callOf(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Call {
  const send = (message: string): void => {
    if (!stream.headersSent) {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    }
    stream.write(framed(message));
  };
  const end = (status = 0, text = '', more: Record<string, string> = {}): void => {
    const trailers = { 'grpc-status': String(status), ...(text === '' ? {} : { 'grpc-message': text }), ...more };
    if (!stream.headersSent) {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...trailers }, { endStream: true });
      return;
    }
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.end();
  };
  const call: Call = {
    path: String(headers[':path']),
    headers,
    stream,
    messages: [],
    isEnded: false,
    code: -1,
    send,
    end,
  };
  let bytes = Buffer.alloc(0);
  stream.on('error', () => {});
  stream.on('close', () => {
    call.code = stream.rstCode;
  });
  stream.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 5 && bytes.length >= 5 + bytes.readUInt32BE(1)) {
      const length = bytes.readUInt32BE(1);
      call.messages.push(bytes.subarray(5, 5 + length).toString());
      bytes = bytes.subarray(5 + length);
    }
  });
  stream.on('end', () => {
    call.isEnded = true;
  });
  return call;
}
