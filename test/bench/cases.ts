/** What is measured. A case is data; every peer runs the same ones. */

import { type GrpcMethod, STREAM_MESSAGES } from './grpc.ts';
import { SERVICES } from './routes.ts';

/** Which copy of a proxy serves a case. Copies are kept apart so that one case leaves no trace in another's figures. */
export type InstanceName = 'one' | 'many' | 'routes' | 'mixed' | 'cache' | 'limit' | 'http2' | 'streams';

/** What not every proxy can do, or is told how to do here. Without any, a proxy serves HTTP/1.1. */
export type Ability =
  /** Keeps answers for an hour. */
  | 'cache'
  /** Counts the requests of each client. */
  | 'limit'
  /** HTTP/2 to clients, and gRPC. */
  | 'http2'
  /** TLS by server name, and TCP. */
  | 'streams'
  /** UDP. */
  | 'datagrams';

export type Instance = {
  readonly name: InstanceName;
  readonly routes: number;
  /** That the routes lead to in turn. */
  readonly services: number;
  /** What this copy does; proxies that cannot have no such copy. */
  readonly needs: Ability | null;
};

export const INSTANCES: readonly Instance[] = [
  { name: 'one', routes: 1, services: 1, needs: null },
  { name: 'many', routes: 5000, services: SERVICES, needs: null },
  { name: 'routes', routes: 5000, services: 1, needs: null },
  { name: 'mixed', routes: 1, services: 1, needs: null },
  { name: 'cache', routes: 1, services: 1, needs: 'cache' },
  { name: 'limit', routes: 1, services: 1, needs: 'limit' },
  { name: 'http2', routes: 1, services: 1, needs: 'http2' },
  { name: 'streams', routes: 1, services: 1, needs: 'streams' },
];

export type Case = {
  readonly name: string;
  readonly title: string;
  readonly instance: InstanceName;
  /** What it needs beyond its copy of the proxy. */
  readonly needs: Ability | null;
  readonly load: 'wrk' | 'h2load' | 'udp';
  readonly tls: boolean;
  /** Connections of the load; with UDP, sockets. */
  readonly connections: number;
  /** Requests under way on each connection. */
  readonly streams: number;
  /** Last segment of the path: which answer the backend gives. */
  readonly answer: 'small' | 'large';
  /** The gRPC method that is called; null: the request is none of gRPC's. */
  readonly method: GrpcMethod | null;
  /** Bytes of request body; 0 sends a GET. */
  readonly body: number;
  /** A new connection for every request. */
  readonly close: boolean;
  /** Cases of one block are compared with each other, so a proxy has them all in one turn; null: a block of its own. */
  readonly block: string | null;
};

const KEEP_ALIVE = {
  needs: null,
  load: 'wrk',
  tls: false,
  connections: 64,
  streams: 1,
  answer: 'small',
  method: null,
  body: 0,
  close: false,
  block: null,
} as const;

/** As many requests at once as in the other cases, on fewer connections. */
const HTTP2 = { ...KEEP_ALIVE, instance: 'http2', load: 'h2load', connections: 8, streams: 8 } as const;
const STREAMS = { ...KEEP_ALIVE, instance: 'streams' } as const;

export const CASES: readonly Case[] = [
  { ...KEEP_ALIVE, name: 'small-1', title: 'small answer, 1 route', instance: 'one', block: 'routes' },
  { ...KEEP_ALIVE, name: 'small-5000', title: 'small answer, 5,000 routes', instance: 'many', block: 'routes' },
  // Ten services have ten times the connections to the backend, which cost by themselves: what routes cost is seen without.
  {
    ...KEEP_ALIVE,
    name: 'routes-5000',
    title: 'small answer, 5,000 routes to one service',
    instance: 'routes',
    block: 'routes',
  },
  {
    ...KEEP_ALIVE,
    name: 'connections-512',
    title: 'small answer, 5,000 routes, 512 connections',
    instance: 'many',
    connections: 512,
  },
  { ...KEEP_ALIVE, name: 'tls', title: 'small answer, TLS', instance: 'mixed', tls: true },
  { ...KEEP_ALIVE, name: 'post-64k', title: 'POST of 64 KiB', instance: 'mixed', body: 64 * 1024 },
  { ...KEEP_ALIVE, name: 'answer-1m', title: 'answer of 1 MiB', instance: 'mixed', answer: 'large' },
  { ...KEEP_ALIVE, name: 'cache-hit', title: 'small answer from the cache', instance: 'cache' },
  { ...KEEP_ALIVE, name: 'rate-limit', title: 'small answer, requests counted', instance: 'limit' },
  { ...KEEP_ALIVE, name: 'new-connection', title: 'new connection per request', instance: 'mixed', close: true },
  { ...HTTP2, name: 'h2', title: 'small answer, HTTP/2 over TLS to HTTP/1.1', tls: true },
  { ...HTTP2, name: 'grpc-unary', title: 'unary gRPC call', method: 'Unary' },
  { ...HTTP2, name: 'grpc-stream', title: `gRPC call answered by ${STREAM_MESSAGES} messages`, method: 'Stream' },
  { ...STREAMS, name: 'passthrough', title: 'small answer, TLS passed through by server name', tls: true },
  {
    ...STREAMS,
    name: 'passthrough-new',
    title: 'TLS passed through by server name, new connection per request',
    tls: true,
    close: true,
  },
  { ...STREAMS, name: 'tcp', title: 'small answer over TCP' },
  { ...STREAMS, name: 'udp', title: 'datagram and its answer', needs: 'datagrams', load: 'udp' },
];

/** The case that replaces every route under load; it has figures of its own, so it is not one of `CASES`. */
export const RELOAD = 'reload';
