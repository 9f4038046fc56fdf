import { connect, type Socket } from 'node:net';
import type { Backend } from '../backend/backend.ts';
import type { EndpointPool } from '../backend/endpoint-pool.ts';
import type { ReadMemory } from '../wire.ts';
import { onread } from '../wire.ts';

/** Endpoints of a backend that are tried one after the other before a connection is given up. */
const MOST_ATTEMPTS = 3;
const NO_POOLS: readonly EndpointPool[] = [];

/** The attempts of one stream to reach an endpoint of its backend. Nothing was sent before the last one succeeds. */
export class Attempts {
  backend: Backend | null;
  /** The endpoint of the last attempt. */
  pool: EndpointPool | null;
  count: number;
  private tried: readonly EndpointPool[];

  constructor() {
    this.backend = null;
    this.pool = null;
    this.count = 0;
    this.tried = NO_POOLS;
  }

  /** The next endpoint in turn that has not failed before, while there is one; null without any. */
  next(): EndpointPool | null {
    if (this.pool !== null) this.tried = [...this.tried.slice(1 - MOST_ATTEMPTS), this.pool];
    const pool = this.backend?.next(this.tried) ?? null;
    if (pool === null) return null;
    this.pool = pool;
    this.count++;
    return pool;
  }

  get mayRepeat(): boolean {
    return this.count < MOST_ATTEMPTS;
  }
}

/** A plaintext connection to an endpoint, which reads into `memory`. */
export function connectTo(
  pool: EndpointPool,
  memory: ReadMemory,
  receive: (buffer: Buffer, count: number) => void,
): Socket {
  const { address, port } = pool.endpoint;
  return connect({ host: address, port, noDelay: true, allowHalfOpen: true, onread: onread(memory, receive) });
}
