/** The gRPC service of the bench, for backend, peers, load and check alike. */

export const GRPC_HOST = 'grpc.bench.example';
export const GRPC_SERVICE = 'bench.Echo';

/** Each method is a port of the backend. */
export type GrpcMethod = 'Unary' | 'Stream';
export const GRPC_METHODS: readonly GrpcMethod[] = ['Unary', 'Stream'];

/** Messages that answer one call of `Stream`. */
export const STREAM_MESSAGES = 50;

/** Request and answer: a message of 64 bytes, not compressed, behind gRPC's prefix of five bytes. */
export const MESSAGE = Buffer.concat([Buffer.from([0, 0, 0, 0, 64]), Buffer.alloc(64, 'x')]);
