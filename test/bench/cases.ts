/** What is measured. A case is data; every peer runs the same ones. */

import { SERVICES } from './routes.ts';

/** Which copy of a proxy serves a case. Copies are kept apart so that one case leaves no trace in another's figures. */
export type InstanceName = 'one' | 'many' | 'routes' | 'mixed' | 'cache' | 'limit';

export type Instance = {
  readonly name: InstanceName;
  readonly routes: number;
  /** That the routes lead to in turn. */
  readonly services: number;
  /** Whether answers are kept; proxies without a cache have no such copy. */
  readonly caches?: boolean;
  /** Whether the requests of each client are counted; proxies that are not told how have no such copy. */
  readonly limits?: boolean;
};

export const INSTANCES: readonly Instance[] = [
  { name: 'one', routes: 1, services: 1 },
  { name: 'many', routes: 5000, services: SERVICES },
  { name: 'routes', routes: 5000, services: 1 },
  { name: 'mixed', routes: 1, services: 1 },
  { name: 'cache', routes: 1, services: 1, caches: true },
  { name: 'limit', routes: 1, services: 1, limits: true },
];

export type Case = {
  readonly name: string;
  readonly title: string;
  readonly instance: InstanceName;
  readonly tls: boolean;
  readonly connections: number;
  /** Last segment of the path: which answer the backend gives. */
  readonly answer: 'small' | 'large';
  /** Bytes of request body; 0 sends a GET. */
  readonly body: number;
  /** A new connection for every request. */
  readonly close: boolean;
  /** Cases of one block are compared with each other, so a proxy has them all in one turn; null: a block of its own. */
  readonly block: string | null;
};

const KEEP_ALIVE = { tls: false, connections: 64, answer: 'small', body: 0, close: false, block: null } as const;

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
];

/** The case that replaces every route under load; it has figures of its own, so it is not one of `CASES`. */
export const RELOAD = 'reload';
