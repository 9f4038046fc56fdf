/** How the proxies treat connections and messages, whatever the routes are. */
import { z } from 'zod';
import { list } from '../../schema/list.ts';
import { setWhen, withRules } from '../rule.ts';
import { byteSize, cidr, count, duration } from '../value.ts';

const atomic = { 'x-kubernetes-list-type': 'atomic' };

export const clientIPSchema = withRules(
  z.object({
    source: z.enum(['Connection', 'XForwardedFor', 'ProxyProtocol']),
    trustedCIDRs: list(cidr, { min: 1, max: 64 })
      .meta(atomic)
      .describe('Hops that are believed: their X-Forwarded-*, Forwarded and request ids, or their PROXY headers.')
      .optional(),
  }),
  {
    cel: "(self.source != 'Connection') == has(self.trustedCIDRs)",
    holds: ({ source, trustedCIDRs }) => (source !== 'Connection') === (trustedCIDRs !== undefined),
    message: 'must be set unless source is Connection, and only then',
    path: ['trustedCIDRs'],
  },
);

export const accessLogSchema = z.object({ mode: z.enum(['Enabled', 'Disabled']) });

export const debugHeaderSchema = withRules(
  z.object({
    mode: z.enum(['Enabled', 'Disabled']),
    clientCIDRs: list(cidr, { min: 1, max: 64 })
      .meta(atomic)
      .describe('Clients that are told, when they ask with a field Headgate-Debug.')
      .optional(),
  }),
  setWhen('clientCIDRs', 'mode', 'Enabled'),
);

export const httpSchema = z.object({
  maxRequestLineBytes: byteSize.describe('More is answered 414.').optional(),
  maxHeaderBytes: byteSize.describe('Request line and header fields together; more is answered 431.').optional(),
  maxHeaderFields: count.describe('More are answered 431.').optional(),
  maxTrailerBytes: byteSize.describe('More is answered 431.').optional(),
  maxTrailerFields: count.describe('More are answered 431.').optional(),
  maxChunkExtensionBytes: byteSize.describe('Of a message; more are answered 400.').optional(),
  maxRequestBytes: byteSize.describe('Of a body; more is answered 413; 0 is no bound.').optional(),
  maxDiscardedBytes: byteSize.describe('Of an unwanted body, read to keep the connection.').optional(),
  bufferBytes: byteSize.describe('That wait for a slow reader before the other side is no longer read.').optional(),
  maxStreams: count.describe('HTTP/2 streams at once on a client connection.').optional(),
  maxStreamResets: count
    .describe('HTTP/2 streams that a client may reset in a burst; then its connection ends.')
    .optional(),
  encodedSlash: z
    .enum(['Keep', 'Reject', 'Decode'])
    .describe('What %2F in a path is: no separator, an error (400, and %5C too), or a separator.')
    .optional(),
  forwardedHeader: z
    .enum(['Enabled', 'Disabled'])
    .describe('Whether backends get Forwarded (RFC 7239) too.')
    .optional(),
});

export const timeoutsSchema = z.object({
  requestHead: duration.describe('For a whole request head; then 408.').optional(),
  requestBody: duration.describe('Without progress of a request body; then 408.').optional(),
  clientIdle: duration.describe('That a client connection waits for its next request.').optional(),
  clientWrite: duration.describe('That a client takes nothing of its response.').optional(),
  backendConnect: duration.describe('To connect to an endpoint.').optional(),
  backendResponse: duration.describe('That a backend is silent in an exchange; then 504.').optional(),
  pendingRequest: duration.describe('That a request waits for a connection to an endpoint; then 503.').optional(),
  backendIdle: duration.describe('That an idle connection to an endpoint is kept.').optional(),
  backendSessionIdle: duration.describe('That an idle HTTP/2 connection to an endpoint is kept.').optional(),
  backendPing: duration.describe('Of silence before an HTTP/2 connection to an endpoint is asked (PING).').optional(),
  streamIdle: duration.describe('That a connection of a TLSRoute or TCPRoute is silent both ways.').optional(),
  udpSession: duration.describe('That a client of a UDPRoute is silent both ways.').optional(),
  tunnelIdle: duration.describe('That an upgraded connection is silent both ways.').optional(),
});

export const defaultsSchema = z.object({
  requestTimeout: duration
    .describe('For a request of an HTTPRoute whose rule has no timeouts.request; then 504.')
    .optional(),
});

export const connectionsSchema = z.object({
  maxClient: count.describe('Of clients, per worker; more are closed at once.').optional(),
  maxRequestsPerClient: count.describe('Requests before a client connection is closed.').optional(),
  maxPerEndpoint: count.describe('Per worker; requests beyond that wait.').optional(),
  maxIdlePerEndpoint: count.describe('That are kept, per worker.').optional(),
  maxUDPSessions: count.describe('Clients of UDPRoutes at once, per worker; datagrams of more are dropped.').optional(),
  maxPendingRequests: count.describe('Per endpoint and worker; more are answered 503.').optional(),
});

export const retrySchema = z.object({
  maxBufferedBody: byteSize.describe('Of a request body kept to send it again; a longer one is sent once.').optional(),
});

export const mirrorSchema = z.object({
  maxBufferedBody: byteSize.describe('Of a request body kept for mirroring; a longer one is not mirrored.').optional(),
  maxConcurrent: count.describe('Mirrored requests under way, per worker.').optional(),
});

export const routePrioritySchema = z.object({
  scope: z
    .enum(['Namespace', 'Gateway'])
    .describe('Namespace: the rules of the same namespace. Gateway: those of every namespace.')
    .optional(),
});

export const cacheSchema = z.object({
  maxBytes: byteSize.describe('Of responses that CachePolicies keep, in a proxy with all its workers.').optional(),
});
