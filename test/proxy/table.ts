/** Routing tables in few words: what a test does not name has the value that translation would give it. */

import type { Snapshot } from '../../src/ir/delta.ts';
import type { Filter } from '../../src/ir/filter.ts';
import type { Match } from '../../src/ir/match.ts';
import type {
  Backend,
  Certificate,
  Endpoint,
  EndpointSet,
  Listener,
  Retry,
  RoutingTable,
  Rule,
  Stream,
  Timeouts,
  WeightedBackend,
} from '../../src/ir/table.ts';
import { snapshotOf } from '../../src/snapshot/revision.ts';

export const GATEWAY = 'test/gateway';

/** A backend by name, or with weight, filters or failure. */
export type BackendPart = string | (Partial<WeightedBackend> & { readonly backend: string | null });

export type RulePart = {
  readonly protocol?: Rule['protocol'];
  /** Names of listeners; default `http`. */
  readonly listeners?: readonly string[];
  /** Default: any host. */
  readonly hostnames?: readonly string[];
  /** Paths are prefixes when they are strings. */
  readonly matches?: readonly (string | Partial<Match>)[];
  readonly filters?: readonly Filter[];
  readonly timeouts?: Partial<Timeouts>;
  readonly retry?: Partial<Retry>;
  readonly backends?: readonly BackendPart[];
};

export type StreamPart = {
  readonly kind: 'tlsroute' | 'tcproute' | 'udproute';
  /** Names of listeners; default `stream`. */
  readonly listeners?: readonly string[];
  /** Default: any host. */
  readonly hostnames?: readonly string[];
  readonly backends: readonly BackendPart[];
};

export type TablePart = {
  readonly listeners?: Readonly<Record<string, Partial<Listener>>>;
  /** Default: one rule, to the first backend; none beside streams. */
  readonly rules?: readonly RulePart[];
  readonly streams?: readonly StreamPart[];
  /** Ports on 127.0.0.1 by name of the backend, or whole endpoints. */
  readonly backends: Readonly<Record<string, readonly (number | Partial<Endpoint>)[]>>;
  /** What the backends' entries are beside HTTP/1.1 in plaintext, by name. */
  readonly entries?: Readonly<Record<string, Partial<Backend>>>;
  readonly certificates?: Readonly<Record<string, Certificate>>;
};

export function backendKey(name: string): string {
  return `service/test/${name}/80`;
}

function listenerKey(name: string): string {
  return `gateway/${GATEWAY}/${name}`;
}

function matchOf(part: string | Partial<Match>): Match {
  const given =
    typeof part === 'string' ? { path: { kind: 'prefix', value: part === '/' ? '' : part } as const } : part;
  return { path: { kind: 'prefix', value: '' }, headers: [], query: [], method: '', ...given };
}

function weighted(part: BackendPart): WeightedBackend {
  const given = typeof part === 'string' ? { backend: part } : part;
  const backend = given.backend === null ? null : backendKey(given.backend);
  return { weight: 1, filters: [], failure: null, ...given, backend };
}

function ruleOf(part: RulePart, index: number, backends: readonly string[]): Rule {
  const hostnames = part.hostnames ?? [''];
  return {
    protocol: part.protocol ?? 'http',
    attachments: (part.listeners ?? ['http']).flatMap((listener) =>
      hostnames.map((hostname) => ({ listener: listenerKey(listener), hostname, routeHostname: hostname })),
    ),
    matches: (part.matches ?? ['/']).map(matchOf),
    filters: part.filters ?? [],
    timeouts: { request: 0, backendRequest: 0, ...part.timeouts },
    retry: part.retry === undefined ? null : { attempts: 1, codes: [], backoff: 0, ...part.retry },
    backends: (part.backends ?? backends.slice(0, 1)).map(weighted),
    name: '',
    order: `2026-01-01T00:00:00Z/test/route/${String(index).padStart(4, '0')}`,
    policies: [],
  };
}

function streamOf({ listeners, hostnames, backends }: StreamPart, index: number): Stream {
  return {
    attachments: (listeners ?? ['stream']).flatMap((listener) =>
      (hostnames ?? ['']).map((hostname) => ({ listener: listenerKey(listener), hostname, routeHostname: hostname })),
    ),
    backends: backends.map(weighted),
    name: '',
    order: `2026-01-01T00:00:00Z/test/route/${String(index).padStart(4, '0')}`,
  };
}

function endpointOf(part: number | Partial<Endpoint>): Endpoint {
  const given = typeof part === 'number' ? { port: part } : part;
  return { address: '127.0.0.1', port: 0, ready: true, serving: true, terminating: false, zone: '', ...given };
}

function listenerOf(part: Partial<Listener>, port: number): Listener {
  return { port, protocol: part.tls ? 'HTTPS' : 'HTTP', hostname: '', addresses: [], tls: null, ...part };
}

/** `port` is the default port of listeners. */
export function tableOf(part: TablePart, port: number): RoutingTable {
  const names = Object.keys(part.backends);
  const listeners = part.listeners ?? { http: {} };
  const endpoints: Record<string, EndpointSet> = {};
  const backends: RoutingTable['backends'] = Object.fromEntries(
    names.map((name) => [
      backendKey(name),
      { protocol: 'http1', name: `test/${name}:80`, tls: null, ...part.entries?.[name] },
    ]),
  );
  for (const name of names) endpoints[backendKey(name)] = { addresses: part.backends[name]!.map(endpointOf) };
  return {
    gateway: GATEWAY,
    listeners: Object.fromEntries(
      Object.entries(listeners).map(([name, listener]) => [listenerKey(name), listenerOf(listener, port)]),
    ),
    rules: Object.fromEntries(
      (part.rules ?? (part.streams === undefined ? [{}] : [])).map((rule, index) => [
        `httproute/test/route/rule/${index}`,
        ruleOf(rule, index, names),
      ]),
    ),
    streams: Object.fromEntries(
      (part.streams ?? []).map((stream, index) => [`${stream.kind}/test/route/rule/${index}`, streamOf(stream, index)]),
    ),
    backends,
    endpoints,
    certificates: part.certificates ?? {},
    policies: {},
    secrets: {},
  };
}

export function snapshotFrom(part: TablePart, port: number): Snapshot {
  return snapshotOf(tableOf(part, port));
}
