import type { ClientSessionOptions, ServerSessionOptions } from 'node:http2';
import type { ProxyLimits } from '../options.ts';

/** Bytes of DATA that the peer may have under way: of one stream, and of the whole connection. */
const STREAM_WINDOW = 65_535;
export const SESSION_WINDOW = 1_048_576;
const BACKEND_STREAM_WINDOW = 262_144;

/** What a client's connection may cost. Who exceeds one of these loses the stream or the connection. */
export function sessionOptions(limits: ProxyLimits): ServerSessionOptions {
  return {
    ...shared(limits),
    settings: {
      maxConcurrentStreams: limits.streams,
      initialWindowSize: STREAM_WINDOW,
      maxHeaderListSize: limits.message.headBytes,
      enableConnectProtocol: false,
    },
    maxSessionRejectedStreams: 100,
    // CVE-2023-44487: streams that are opened only to be reset.
    streamResetBurst: limits.streamResets,
    streamResetRate: Math.max(1, Math.round(limits.streamResets / 30)),
  } as ServerSessionOptions;
}

/** What an endpoint's connection may cost. */
export function backendSessionOptions(limits: ProxyLimits): ClientSessionOptions {
  return {
    ...shared(limits),
    settings: {
      enablePush: false,
      initialWindowSize: BACKEND_STREAM_WINDOW,
      maxHeaderListSize: limits.message.headBytes,
    },
    maxReservedRemoteStreams: 0,
  };
}

function shared(limits: ProxyLimits) {
  return {
    // Pseudo-header fields count too.
    maxHeaderListPairs: limits.message.fields + 6,
    maxSendHeaderBlockLength: limits.message.headBytes * 2,
    maxSettings: 32,
    maxOutstandingPings: 10,
    maxSessionInvalidFrames: 100,
    maxSessionMemory: 16,
  };
}
