import type { AccessEntry, AccessLog } from '../observe/access-log.ts';
import type { Backend } from './backend/backend.ts';
import type { Backends } from './backend/backends.ts';
import type { CompiledPort } from './compile/compiled.ts';
import type { MessageWriter } from './http1/writer.ts';
import type { ProxyMetrics } from './metrics.ts';
import type { ProxyOptions } from './options.ts';
import type { TrustedHops } from './peer.ts';
import type { CacheStore } from './policy/cache/store.ts';
import type { PolicyTable } from './policy/policy-table.ts';
import type { RateLimits } from './policy/rate-limit/rate-limits.ts';
import type { StreamMetrics } from './stream/series.ts';
import type { TimerWheel } from './timer-wheel.ts';
import type { ReadPool } from './wire.ts';

/** What everything on the request path of one process shares. */
export type Runtime = {
  readonly options: ProxyOptions;
  readonly wheel: TimerWheel;
  readonly reads: ReadPool;
  /** One message at a time is built and sent before anybody else gets the writer. */
  readonly writer: MessageWriter;
  readonly metrics: ProxyMetrics;
  readonly streams: StreamMetrics;
  readonly backends: Backends;
  readonly rateLimits: RateLimits;
  readonly trusted: TrustedHops;
  /** The peers whose connections begin with a PROXY header. */
  readonly proxied: TrustedHops;
  readonly accessLog: AccessLog | null;
  readonly accessEntry: AccessEntry;
  /** For routes whose policies want them logged where nothing else is: standard output. */
  routeLog(): AccessLog;
  /** Mirrored requests under way. */
  mirrors: number;
  /** Whether responses announce the end of their connections. */
  isDraining: boolean;
  /** Responses that CachePolicies keep. */
  readonly cache: CacheStore;
  /** Told of exceptions that should not be: each costs its connection only. */
  bug(error: unknown): void;
};

/** What is served on one port of one Gateway. A new table replaces these three fields between two requests. */
export type Site = {
  compiled: CompiledPort;
  backends: ReadonlyMap<string, Backend>;
  policies: PolicyTable;
  readonly scheme: 'http' | 'https';
  /** The port that clients connect to. */
  readonly port: number;
  /** Turns a port of the Gateway into the one that clients connect to. */
  publicPort(port: number): number;
};
