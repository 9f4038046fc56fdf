import type { DirectResponse } from '../filter/plan.ts';
import type { WebCall } from '../grpc-web/call.ts';
import type { Client } from './client.ts';
import { ERRORS, type ProxyError } from './error.ts';
import { grpcError, isGrpc } from './grpc.ts';
import { errorBody } from './response-writer.ts';

/**
 * What a client is answered for an error, in the words of its protocol.
 * @param web of a client that speaks gRPC-Web; null of others
 * @param retryAfter seconds until it is worth asking again; 0: nobody knows
 */
export function errorAnswer(
  error: ProxyError,
  client: Client,
  web: WebCall | null,
  retryAfter: number,
): DirectResponse {
  if (web !== null) return web.error(error);
  // HTTP/2 tells a client by 421 to come by another connection; gRPC has no word for that.
  const isForGrpc = !client.isFramed && error !== ERRORS.misdirected && isGrpc(client.head);
  return isForGrpc ? grpcError(error) : errorBody(error.status, retryAfter);
}
