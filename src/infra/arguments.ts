/** GatewayParameters as arguments of the proxy's command line, for what a process decides when it starts. */

import { milliseconds } from '../api/gateway/duration.ts';
import type { GatewayParametersSpec } from '../api/policy/gateway-parameters.ts';
import { bytesOf } from '../api/policy/value.ts';

type Value = number | string | undefined;

/** Flags by the field that sets each one. */
export const BYTE_FLAGS = {
  http: {
    maxRequestLineBytes: 'max-request-line',
    maxHeaderBytes: 'max-head',
    maxTrailerBytes: 'max-trailers',
    maxChunkExtensionBytes: 'max-chunk-extensions',
    maxRequestBytes: 'max-body',
    maxDiscardedBytes: 'discard-body',
    bufferBytes: 'buffered',
  },
  retry: { maxBufferedBody: 'replay-body' },
  mirror: { maxBufferedBody: 'mirror-body' },
  cache: { maxBytes: 'cache' },
} as const;

export const COUNT_FLAGS = {
  http: {
    maxHeaderFields: 'max-fields',
    maxTrailerFields: 'max-trailer-fields',
    maxStreams: 'streams',
    maxStreamResets: 'stream-resets',
  },
  connections: {
    maxClient: 'client-connections',
    maxRequestsPerClient: 'requests-per-connection',
    maxPerEndpoint: 'backend-connections',
    maxIdlePerEndpoint: 'backend-idle-connections',
    maxPendingRequests: 'backend-pending',
    maxUDPSessions: 'udp-sessions',
  },
  mirror: { maxConcurrent: 'mirrors' },
} as const;

export const TIME_FLAGS = {
  defaults: { requestTimeout: 'request-timeout' },
  timeouts: {
    requestHead: 'head-timeout',
    requestBody: 'body-timeout',
    clientIdle: 'idle-timeout',
    clientWrite: 'write-timeout',
    backendConnect: 'connect-timeout',
    backendResponse: 'response-timeout',
    pendingRequest: 'pending-timeout',
    backendIdle: 'backend-idle-timeout',
    backendSessionIdle: 'backend-session-idle-timeout',
    backendPing: 'backend-ping',
    streamIdle: 'stream-idle-timeout',
    udpSession: 'udp-session-timeout',
    tunnelIdle: 'tunnel-timeout',
  },
} as const;

/** What makes the proxy believe a network, by the source of client addresses. */
const TRUST = { Connection: '', XForwardedFor: 'trusted-proxies', ProxyProtocol: 'proxy-protocol-from' } as const;

type Flags = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Of what is set, in a fixed order; everything else is left to the proxy's defaults. */
export function proxyArguments(spec: GatewayParametersSpec): string[] {
  const { drain } = spec.proxy ?? {};
  return [
    ...of(spec, BYTE_FLAGS, (value) => `${bytesOf(value)}`),
    ...of(spec, COUNT_FLAGS, String),
    ...of(spec, TIME_FLAGS, time),
    ...(drain?.delay === undefined ? [] : [`--drain-delay=${time(drain.delay)}`]),
    ...(drain?.timeout === undefined ? [] : [`--drain-timeout=${time(drain.timeout)}`]),
    ...(spec.clientIP?.trustedCIDRs ?? []).map((network) => `--${TRUST[spec.clientIP!.source]}=${network}`),
    ...(spec.debugHeader?.clientCIDRs ?? []).map((network) => `--debug-header-from=${network}`),
    ...(spec.http?.forwardedHeader === 'Enabled' ? ['--forwarded'] : []),
    ...(spec.publicURL === undefined ? [] : [`--public-url=${spec.publicURL}`]),
    ...(spec.http?.encodedSlash === undefined ? [] : [`--encoded-slash=${spec.http.encodedSlash.toLowerCase()}`]),
    ...(spec.accessLog?.mode === 'Enabled' ? ['--access-log=-'] : []),
  ];
}

/** Those that a proxy of a cluster always has. */
export function processArguments({ proxy }: GatewayParametersSpec): string[] {
  return [
    ...(proxy?.workers === undefined ? [] : [`--workers=${proxy.workers}`]),
    ...(proxy?.logLevel === undefined ? [] : [`--log-level=${proxy.logLevel.toLowerCase()}`]),
  ];
}

function of(spec: GatewayParametersSpec, flags: Flags, text: (value: number | string) => string): string[] {
  const groups = spec as Readonly<Record<string, Readonly<Record<string, Value>> | undefined>>;
  return Object.entries(flags).flatMap(([group, fields]) =>
    Object.entries(fields).flatMap(([field, flag]) => {
      const value = groups[group]?.[field];
      return value === undefined ? [] : [`--${flag}=${text(value)}`];
    }),
  );
}

function time(value: number | string): string {
  return `${milliseconds(String(value))}ms`;
}
