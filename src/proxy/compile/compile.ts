import { BucketMap, changingKeys } from '../../ir/bucket-map.ts';
import { compareKeys } from '../../ir/entries.ts';
import { sorted } from '../../ir/sorted.ts';
import { finish, inSlices, type Steps } from '../../ir/steps.ts';
import type { Listener, RoutingTable, Rule, Stream } from '../../ir/table.ts';
import { mapsOf, type TableMaps } from '../../ir/table-maps.ts';
import type { CompiledPort, CompiledTable } from './compiled.ts';
import { ListenerTable } from './listener-table.ts';
import { ListenerPort } from './port.ts';
import { RunnableRule } from './rule.ts';
import { SharedParts } from './shared-parts.ts';
import { RunnableStream } from './stream.ts';
import { streamPortsOf } from './stream-port.ts';

/**
 * The compiled form of a table. What belongs to entries that are the same objects as in `previous` is taken over with its
 * state, and costs nothing; nothing that `previous` serves is changed.
 */
export function compile(table: RoutingTable, previous: CompiledTable | null): CompiledTable {
  return finish(compilation(table, previous));
}

/** The same in slices. */
export function compileSliced(
  table: RoutingTable,
  previous: CompiledTable | null,
  budget?: number,
): Promise<CompiledTable> {
  return inSlices(compilation(table, previous), budget);
}

function* compilation(table: RoutingTable, previous: CompiledTable | null): Steps<CompiledTable> {
  const maps = mapsOf(table);
  const before = previous === null ? null : mapsOf(previous.table);
  const shared = previous?.shared ?? new SharedParts();
  shared.know(before?.backends ?? BucketMap.none, maps.backends);
  const { rules, changed, gone } = yield* compileRules(maps, previous, before, shared);
  const listeners = new Map<string, ListenerTable>();
  for (const [key, entry] of Object.entries(table.listeners)) {
    const known = previous?.listeners.get(key);
    const next: ListenerTable =
      known !== undefined && known.identity.listener === entry
        ? yield* known.changing(changed.get(key) ?? new Map())
        : yield* wholeListener(key, entry, rules);
    listeners.set(key, next);
  }
  const streams = before?.streams === maps.streams ? previous!.streams : compileStreams(maps.streams, previous);
  const ports = portsOf(listeners);
  return { table, rules, gone, streams, listeners, shared, ports, ...streamPortsOf(table, streams) };
}

/** What is other than before at each listener, by route hostname. */
type OpenChange = { readonly gone: Set<RunnableRule>; readonly fresh: Set<RunnableRule> };
type Changes = Map<string, Map<string, OpenChange>>;

type CompiledRules = {
  readonly rules: BucketMap<RunnableRule>;
  readonly changed: Changes;
  /** Those of before that are not among `rules`. */
  readonly gone: readonly RunnableRule[];
};

function* compileRules(
  maps: TableMaps,
  previous: CompiledTable | null,
  before: TableMaps | null,
  shared: SharedParts,
): Steps<CompiledRules> {
  const known = previous?.rules ?? (BucketMap.none as BucketMap<never>);
  const changes = new Map<string, RunnableRule | null>();
  const changed: Changes = new Map();
  const gone: RunnableRule[] = [];
  // In their order, so that what is compiled at once lies in memory as it is numbered.
  const keys = yield* changingKeys(before?.rules ?? BucketMap.none, maps.rules);
  for (const key of yield* sorted(keys, compareKeys)) {
    const entry = maps.rules.get(key) as Rule | null;
    const old = known.get(key);
    const rule = entry === null ? null : new RunnableRule(key, entry, shared);
    changes.set(key, rule);
    if (old !== null) {
      gone.push(old);
      for (const { listener, routeHostname } of old.rule.attachments)
        changeOf(changed, listener, routeHostname).gone.add(old);
    }
    if (rule !== null) {
      for (const { listener, routeHostname } of rule.rule.attachments)
        changeOf(changed, listener, routeHostname).fresh.add(rule);
    }
    yield;
  }
  return { rules: yield* known.changing(changes), changed, gone };
}

function changeOf(changes: Changes, listener: string, hostname: string): OpenChange {
  let hostnames = changes.get(listener);
  if (hostnames === undefined) {
    hostnames = new Map();
    changes.set(listener, hostnames);
  }
  let change = hostnames.get(hostname);
  if (change === undefined) {
    change = { gone: new Set(), fresh: new Set() };
    hostnames.set(hostname, change);
  }
  return change;
}

/** A listener that is new or another one: matches name their listener, so that those of before cannot be taken over. */
function* wholeListener(key: string, listener: Listener, rules: BucketMap<RunnableRule>): Steps<ListenerTable> {
  const changes: Changes = new Map();
  for (const rule of yield* sorted([...rules.values()], (a, b) => compareKeys(a.key, b.key))) {
    for (const attachment of rule.rule.attachments) {
      if (attachment.listener === key) changeOf(changes, key, attachment.routeHostname).fresh.add(rule);
    }
    yield;
  }
  return yield* new ListenerTable({ key, listener }).changing(changes.get(key) ?? new Map());
}

function compileStreams(entries: BucketMap, previous: CompiledTable | null): ReadonlyMap<string, RunnableStream> {
  const streams = new Map<string, RunnableStream>();
  for (const [key, entry] of entries.entries() as Iterable<[string, Stream]>) {
    const known = previous?.streams.get(key);
    streams.set(key, known?.stream === entry ? known : new RunnableStream(key, entry));
  }
  return streams;
}

function portsOf(listeners: ReadonlyMap<string, ListenerTable>): ReadonlyMap<number, CompiledPort> {
  const byPort = new Map<number, ListenerTable[]>();
  for (const listener of listeners.values()) {
    const { port, protocol } = listener.identity.listener;
    if (protocol === 'TCP' || protocol === 'UDP') continue;
    const shared = byPort.get(port);
    if (shared === undefined) byPort.set(port, [listener]);
    else shared.push(listener);
  }
  const ports = new Map<number, CompiledPort>();
  for (const [port, tables] of byPort) {
    // A TLS listener has no rules, but its hostname is not that of an HTTPS listener beside it (421).
    const speaksHttp = tables.some(({ identity }) => identity.listener.protocol !== 'TLS');
    if (speaksHttp) ports.set(port, new ListenerPort(port, tables));
  }
  return ports;
}
