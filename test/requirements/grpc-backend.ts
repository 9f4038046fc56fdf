/** A real gRPC server for rows, on node:http2 alone. */
import { once } from 'node:events';
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { fromBinary, fromJson, type JsonValue, toBinary, toJson } from '@bufbuild/protobuf';
import { onTestFinished } from 'vitest';
import { type ServiceOptions, service } from './backend.ts';
import { METHODS } from './descriptor-set.ts';

type Call = { readonly method: string; readonly request: JsonValue; readonly headers: Record<string, unknown> };
type Returned = {
  readonly message?: JsonValue;
  readonly status?: number;
  readonly text?: string;
  readonly details?: string;
};

/** A gRPC server of shop.v1.Catalogue that keeps its calls. */
export async function startCatalogue(handle: (call: Call) => Returned | null, options: ServiceOptions = {}) {
  const calls: Call[] = [];
  const server = createHttp2Server();
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    const parts: Buffer[] = [];
    stream.on('error', () => {});
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('end', () => {
      const method = String(headers[':path']).split('/')[2]!;
      const descriptor = METHODS[method]!;
      const request = toJson(descriptor.input, fromBinary(descriptor.input, Buffer.concat(parts).subarray(5)));
      const call = { method, request, headers };
      calls.push(call);
      const returned = handle(call);
      if (returned !== null) respond(stream, method, returned);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const manifest = service('catalogue', [{ address: '127.0.0.1', port }], {
    ...options,
    appProtocol: 'kubernetes.io/h2c',
  });
  return { calls, manifest };
}

function respond(stream: ServerHttp2Stream, method: string, { details, message, status = 0, text }: Returned): void {
  const trailers = {
    'grpc-status': String(status),
    ...(text === undefined ? {} : { 'grpc-message': encodeURIComponent(text) }),
    ...(details === undefined ? {} : { 'grpc-status-details-bin': details }),
  };
  if (message === undefined) {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto', ...trailers }, { endStream: true });
    return;
  }
  const { output } = METHODS[method]!;
  const bytes = toBinary(output, fromJson(output, message));
  const frame = Buffer.alloc(5 + bytes.length);
  frame.writeUInt32BE(bytes.length, 1);
  frame.set(bytes, 5);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.end(frame);
}
