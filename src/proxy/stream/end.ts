/**
 * Why a stream (a connection of a TLSRoute or TCPRoute, a session of a UDPRoute) ended other than by both sides being
 * done, in one closed table: the labels in metrics and access log. A datagram that is dropped has one of them too.
 */
export const STREAM_ENDS = {
  /** Both sides ended their half, or a session of datagrams went silent. */
  done: '',
  // Getting to a route
  badProxyHeader: 'bad-proxy-header',
  badClientHello: 'bad-client-hello',
  helloTimeout: 'client-hello-timeout',
  noListener: 'no-listener',
  noRoute: 'no-route',
  accessDenied: 'access-denied',
  // Getting to a backend
  invalidBackend: 'invalid-backend',
  noEndpoint: 'no-endpoint',
  connectFailed: 'connect-failed',
  connectTimeout: 'connect-timeout',
  backendHandshake: 'backend-tls-handshake',
  backendCertificate: 'backend-certificate',
  // While bytes went both ways
  clientReset: 'client-reset',
  backendReset: 'backend-reset',
  idleTimeout: 'idle-timeout',
  // The proxy
  overflow: 'connection-limit',
  sessionLimit: 'session-limit',
  draining: 'draining',
  internal: 'internal-error',
} as const;

export type StreamEnd = (typeof STREAM_ENDS)[keyof typeof STREAM_ENDS];
