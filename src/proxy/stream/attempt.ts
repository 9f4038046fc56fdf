import type { Backend } from '../backend/backend.ts';
import type { EndpointPool } from '../backend/endpoint-pool.ts';
import { connectError } from '../backend/security.ts';
import { ERRORS } from '../exchange/error.ts';
import { STREAM_ENDS, type StreamEnd } from './end.ts';

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

/** Why no connection to an endpoint came about. */
export function failureOf(error: unknown, isReached: boolean): StreamEnd {
  switch (connectError(error, isReached)) {
    case ERRORS.backendHandshake:
      return STREAM_ENDS.backendHandshake;
    case ERRORS.backendCertificate:
      return STREAM_ENDS.backendCertificate;
    default:
      return STREAM_ENDS.connectFailed;
  }
}
