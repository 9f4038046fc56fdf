import type { AccessLogOptions } from '../observe/access-log.ts';
import { DEFAULT_MESSAGE_LIMITS, type MessageLimits } from './http1/limits.ts';
import type { ProxyProtocolVersion } from './proxy-protocol/write.ts';
import type { EncodedSlash } from './route/normalise.ts';

/** Bounds of one proxy process. Times are milliseconds, sizes bytes; 0 turns a timeout off. */
export type ProxyLimits = {
  readonly message: MessageLimits;
  /** From the first byte of a request to the end of its head; then 408. */
  readonly headTimeout: number;
  /** How long a client connection may wait for the next request. */
  readonly idleTimeout: number;
  /** How long a request body may make no progress while the proxy is willing to read it; then 408. */
  readonly bodyTimeout: number;
  /** How long a client may take no byte of a response that waits for it. */
  readonly writeTimeout: number;
  /** How long a backend may be silent in the middle of an exchange; then 504, or the response breaks off. */
  readonly responseTimeout: number;
  /** How long an upgraded connection may be silent both ways. */
  readonly tunnelTimeout: number;
  /** For a whole request of an HTTPRoute whose rule says nothing of it; then 504. */
  readonly requestTimeout: number;
  readonly connectTimeout: number;
  /** How long a connection to a backend is kept without a request. Shorter than most servers keep theirs. */
  readonly backendIdleTimeout: number;
  /** How long a connection of HTTP/2 to a backend is kept without a request; its end is announced, so it may be longer. */
  readonly backendSessionIdleTimeout: number;
  /** How long a connection of HTTP/2 to a backend may be silent before it is asked (PING). gRPC's servers refuse less than five minutes. */
  readonly backendPing: number;
  /** Connections per endpoint and process. Requests beyond that wait. */
  readonly backendConnections: number;
  /** Idle connections that are kept per endpoint and process. */
  readonly backendIdleConnections: number;
  /** Requests per endpoint and process that wait for a connection; more are answered 503. */
  readonly backendPending: number;
  /** How long a request may wait for a connection; then 503. */
  readonly pendingTimeout: number;
  /** Client connections per process; more are closed at once. */
  readonly clientConnections: number;
  /** Requests served on one client connection before it is closed. */
  readonly requestsPerConnection: number;
  /** Streams of HTTP/2 that a client may have open on one connection. */
  readonly streams: number;
  /** Streams that a client may reset in a burst; a thirtieth of it each second after that. Then its connection ends. */
  readonly streamResets: number;
  /** Largest request body; more is answered 413. 0: no bound, bodies are streamed. */
  readonly requestBody: number;
  /** Bytes of a request body that are kept to send it again. A longer body is sent once. */
  readonly replayBody: number;
  /** Bytes of a request body that are kept for mirroring. A request with a longer one is not mirrored. */
  readonly mirrorBody: number;
  /** Mirrored requests under way per process; more are not mirrored. */
  readonly mirrors: number;
  /** Bytes of an unwanted request body that are read and thrown away to keep the connection. */
  readonly discardBody: number;
  /** Bytes that wait for a slow reader before the other side is no longer read. */
  readonly buffered: number;
  /** Memory of one process for responses that CachePolicies keep. */
  readonly cacheBytes: number;
};

export const DEFAULT_PROXY_LIMITS: ProxyLimits = Object.freeze({
  message: DEFAULT_MESSAGE_LIMITS,
  headTimeout: 10_000,
  idleTimeout: 60_000,
  bodyTimeout: 30_000,
  writeTimeout: 30_000,
  responseTimeout: 300_000,
  tunnelTimeout: 3_600_000,
  requestTimeout: 0,
  connectTimeout: 5_000,
  backendIdleTimeout: 4_000,
  backendSessionIdleTimeout: 60_000,
  backendPing: 310_000,
  backendConnections: 1_024,
  backendIdleConnections: 256,
  backendPending: 1_024,
  pendingTimeout: 10_000,
  clientConnections: 50_000,
  requestsPerConnection: 1_000_000,
  streams: 100,
  streamResets: 1_000,
  requestBody: 0,
  replayBody: 65_536,
  mirrorBody: 65_536,
  mirrors: 1_024,
  discardBody: 65_536,
  buffered: 262_144,
  cacheBytes: 134_217_728,
});

/** How connections of TLSRoutes and TCPRoutes and sessions of UDPRoutes are served. Times are milliseconds. */
export type StreamOptions = {
  /** How long a connection may be silent both ways; 0 is for ever. */
  readonly idleTimeout: number;
  /** How long a session of datagrams may be silent both ways. */
  readonly sessionTimeout: number;
  /** Sessions per process; datagrams of further clients are dropped. */
  readonly sessions: number;
  /** Which PROXY header backends of connections get; null: none. */
  readonly proxyProtocol: ProxyProtocolVersion | null;
};

const DEFAULT_STREAM_OPTIONS: StreamOptions = Object.freeze({
  idleTimeout: 3_600_000,
  sessionTimeout: 60_000,
  sessions: 10_000,
  proxyProtocol: null,
});

export type ProxyOptions = {
  /** Where listeners without addresses of their own are bound. */
  readonly address: string;
  /** Added to listener ports below 1024, for processes that may not bind those. */
  readonly portOffset: number;
  readonly limits: ProxyLimits;
  readonly streams: StreamOptions;
  /** CIDR ranges of peers that put a PROXY header before every connection, and may. */
  readonly proxyProtocolFrom: readonly string[];
  /** CIDR ranges of hops whose X-Forwarded-*, Forwarded and request ids are believed. */
  readonly trustedProxies: readonly string[];
  /** CIDR ranges of clients that may ask which rule took their request. */
  readonly debugFrom: readonly string[];
  /** Whether backends get `Forwarded` (RFC 7239) beside X-Forwarded-*. */
  readonly forwarded: boolean;
  /** Where clients find what is served, without a slash at the end; `''`: where they say. */
  readonly publicURL: string;
  readonly encodedSlash: EncodedSlash;
  /** null: no access log. */
  readonly accessLog: AccessLogOptions | null;
  /** Milliseconds that connections are still accepted when the proxy is told to stop. */
  readonly drainDelay: number;
  /** Milliseconds that requests under way may take when the proxy is told to stop. */
  readonly drainTimeout: number;
  /** 48 bytes that all workers share, so that a TLS session is resumed by any of them; null: each its own. */
  readonly ticketKeys: Buffer | null;
  /** Tells this process apart in metrics, such as `worker-0`. */
  readonly name: string;
  /** Of this program, as spans tell it. */
  readonly version: string;
};

export const DEFAULT_PROXY_OPTIONS: ProxyOptions = Object.freeze({
  address: '127.0.0.1',
  portOffset: 0,
  limits: DEFAULT_PROXY_LIMITS,
  streams: DEFAULT_STREAM_OPTIONS,
  proxyProtocolFrom: [],
  trustedProxies: [],
  debugFrom: [],
  forwarded: false,
  publicURL: '',
  encodedSlash: 'keep',
  accessLog: null,
  drainDelay: 500,
  drainTimeout: 30_000,
  ticketKeys: null,
  name: 'proxy',
  version: 'unknown',
});

/** What a caller may leave out; limits too, one by one. */
export type ProxySettings = Partial<Omit<ProxyOptions, 'limits' | 'streams'>> & {
  readonly streams?: Partial<StreamOptions>;
  readonly limits?: Partial<Omit<ProxyLimits, 'message'>> & { readonly message?: Partial<MessageLimits> };
};

export function proxyOptions(settings: ProxySettings): ProxyOptions {
  const message = { ...DEFAULT_MESSAGE_LIMITS, ...settings.limits?.message };
  const limits = { ...DEFAULT_PROXY_LIMITS, ...settings.limits, message };
  const streams = { ...DEFAULT_STREAM_OPTIONS, ...settings.streams };
  return { ...DEFAULT_PROXY_OPTIONS, ...settings, limits, streams };
}
