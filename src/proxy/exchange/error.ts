import type { Fault } from '../http1/fault.ts';

/**
 * Everything that can go wrong in an exchange, in one closed table: what the client is answered (0 when there is nobody
 * left to answer), the label in metrics and access log, and whether another attempt may follow while nothing has been
 * answered and the request can be replayed. Requests that the codec refuses have their own table (http1/fault.ts).
 */
export type ProxyError = {
  readonly status: number;
  readonly reason: string;
  readonly retryable: boolean;
};

const error = (status: number, reason: string, retryable = false): ProxyError =>
  Object.freeze({ status, reason, retryable });

export const ERRORS = {
  // Routing
  noListener: error(404, 'no-listener'),
  noRule: error(404, 'no-rule'),
  misdirected: error(421, 'misdirected'),
  /** What a filter of the listener has made of the request is no request, such as one whose head is too large. */
  listenerFilter: error(500, 'listener-filter'),
  invalidBackend: error(500, 'invalid-backend'),
  noEndpoint: error(503, 'no-endpoint'),
  circuitOpen: error(503, 'circuit-open'),
  // Getting to a backend
  overflow: error(503, 'connection-limit'),
  pendingTimeout: error(503, 'pending-timeout'),
  connectFailed: error(502, 'connect-failed', true),
  connectTimeout: error(504, 'connect-timeout', true),
  backendHandshake: error(502, 'backend-tls-handshake', true),
  backendCertificate: error(502, 'backend-certificate', true),
  backendProtocol: error(502, 'backend-not-http2', true),
  streamRefused: error(503, 'stream-refused', true),
  retryBudget: error(503, 'retry-budget'),
  // A backend that had the request
  backendClosed: error(502, 'backend-closed', true),
  badResponse: error(502, 'bad-response'),
  backendTimeout: error(504, 'backend-timeout', true),
  requestTimeout: error(504, 'request-timeout'),
  responseStalled: error(504, 'response-stalled'),
  // The client
  headTimeout: error(408, 'head-timeout'),
  bodyTimeout: error(408, 'body-timeout'),
  bodyIncomplete: error(400, 'body-incomplete'),
  bodyTooLarge: error(413, 'body-too-large'),
  badText: error(400, 'grpc-web-text'),
  clientClosed: error(0, 'client-closed'),
  clientStalled: error(0, 'client-stalled'),
  // The proxy
  draining: error(503, 'draining'),
  internal: error(500, 'internal-error'),
} as const satisfies Record<string, ProxyError>;

const faults = new Map<Fault, ProxyError>();

/** The error for a request that the codec refused. */
export function faultError(fault: Fault): ProxyError {
  let known = faults.get(fault);
  if (known === undefined) {
    known = error(fault.status, fault.reason);
    faults.set(fault, known);
  }
  return known;
}
