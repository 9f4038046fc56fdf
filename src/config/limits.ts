/**
 * Flags for every bound that the proxy holds its clients and backends to. A setting that is not given stays undefined: the
 * defaults are the proxy's own, and `fallback` only tells them.
 */
import type { Flag } from './flag.ts';
import { bytes, duration, wholeNumber } from './value.ts';

function time<N extends string>(name: N, fallback: string, about: string) {
  return { name, value: 'TIME', about, fallback, schema: duration(0).optional() } as const satisfies Flag;
}

function size<N extends string>(name: N, fallback: string, about: string) {
  return { name, value: 'BYTES', about, fallback, schema: bytes(0, 2 ** 40).optional() } as const satisfies Flag;
}

function count<N extends string>(name: N, fallback: string, about: string) {
  return {
    name,
    value: 'N',
    about,
    fallback,
    schema: wholeNumber(0, 1_000_000_000).optional(),
  } as const satisfies Flag;
}

/** Of one message. */
export const MESSAGE_LIMIT_FLAGS = {
  requestLine: size('max-request-line', '8KiB', 'request line; more is answered 414'),
  headBytes: size('max-head', '64KiB', 'request line and header fields together; more is answered 431'),
  fields: count('max-fields', '100', 'header fields; more are answered 431'),
  trailerBytes: size('max-trailers', '8KiB', 'trailer section; more is answered 431'),
  trailerFields: count('max-trailer-fields', '32', 'trailer fields; more are answered 431'),
  chunkExtensions: size('max-chunk-extensions', '4KiB', 'chunk extensions of a message; more are answered 400'),
} as const satisfies Record<string, Flag>;

/** Of connections, exchanges and what is kept for them. A time of 0 is no bound. */
export const LIMIT_FLAGS = {
  headTimeout: time('head-timeout', '10s', 'for a whole request head; then 408'),
  idleTimeout: time('idle-timeout', '1m', 'that a client connection waits for its next request'),
  bodyTimeout: time('body-timeout', '30s', 'without progress of a request body; then 408'),
  writeTimeout: time('write-timeout', '30s', 'that a client takes nothing of its response'),
  responseTimeout: time('response-timeout', '5m', 'that a backend is silent in an exchange; then 504'),
  tunnelTimeout: time('tunnel-timeout', '1h', 'that an upgraded connection is silent both ways'),
  requestTimeout: time('request-timeout', '0s', 'for a request of an HTTPRoute whose rule has no timeout; then 504'),
  connectTimeout: time('connect-timeout', '5s', 'to connect to an endpoint'),
  backendIdleTimeout: time('backend-idle-timeout', '4s', 'that an idle connection to an endpoint is kept'),
  backendSessionIdleTimeout: time(
    'backend-session-idle-timeout',
    '1m',
    'that an idle HTTP/2 connection to an endpoint is kept',
  ),
  backendPing: time('backend-ping', '310s', 'of silence before an HTTP/2 connection to an endpoint is asked (PING)'),
  backendConnections: count('backend-connections', '1024', 'connections per endpoint and worker'),
  backendIdleConnections: count('backend-idle-connections', '256', 'idle connections kept per endpoint and worker'),
  backendPending: count('backend-pending', '1024', 'requests that wait for a connection; more are answered 503'),
  pendingTimeout: time('pending-timeout', '10s', 'that a request waits for a connection; then 503'),
  clientConnections: count('client-connections', '50000', 'client connections per worker'),
  requestsPerConnection: count('requests-per-connection', '1000000', 'requests before a client connection is closed'),
  streams: count('streams', '100', 'HTTP/2 streams at once on a client connection'),
  streamResets: count('stream-resets', '1000', 'HTTP/2 streams that a client may reset in a burst'),
  requestBody: size('max-body', '0', 'request body; more is answered 413; 0 is no bound'),
  replayBody: size('replay-body', '64KiB', 'of a request body kept for a retry'),
  mirrorBody: size('mirror-body', '64KiB', 'of a request body kept for mirroring'),
  mirrors: count('mirrors', '1024', 'mirrored requests under way per worker'),
  discardBody: size('discard-body', '64KiB', 'of an unwanted request body read to keep the connection'),
  buffered: size('buffered', '256KiB', 'that wait for a slow reader'),
  cacheBytes: size('cache', '128MiB', 'of responses that CachePolicies keep, in all workers together'),
} as const satisfies Record<string, Flag>;

/** Of connections of TLSRoutes and TCPRoutes, and of sessions of UDPRoutes. */
export const STREAM_FLAGS = {
  streamIdleTimeout: time(
    'stream-idle-timeout',
    '1h',
    'that a connection of a TLSRoute or TCPRoute is silent both ways',
  ),
  udpSessionTimeout: {
    name: 'udp-session-timeout',
    value: 'TIME',
    about: 'that a client of a UDPRoute is silent both ways',
    fallback: '1m',
    schema: duration(1).optional(),
  },
  udpSessions: count('udp-sessions', '10000', 'clients of UDPRoutes at once per worker; datagrams of more are dropped'),
} as const satisfies Record<string, Flag>;
