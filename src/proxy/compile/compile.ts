import { finish, inSlices, type Steps } from '../../ir/steps.ts';
import type { RoutingTable } from '../../ir/table.ts';
import type { CompiledPort, CompiledTable } from './compiled.ts';
import { HostTable, ListenerTable } from './listener-table.ts';
import { ListenerPort } from './port.ts';
import { RunnableRule, SharedParts } from './rule.ts';
import { RunnableStream } from './stream.ts';
import { streamPortsOf } from './stream-port.ts';

/**
 * The compiled form of a table. Rules whose entries are the same objects as in `previous` are taken over with their
 * state, and so are the tables of hostnames all of whose rules are. Nothing of `previous` is changed.
 */
export function compile(table: RoutingTable, previous: CompiledTable | null): CompiledTable {
  return finish(compilation(table, previous));
}

/** The same in slices of about a millisecond. */
export function compileSliced(table: RoutingTable, previous: CompiledTable | null, budget = 1): Promise<CompiledTable> {
  return inSlices(compilation(table, previous), budget);
}

function* compilation(table: RoutingTable, previous: CompiledTable | null): Steps<CompiledTable> {
  const rules = new Map<string, RunnableRule>();
  const shared = new SharedParts(Object.keys(table.backends));
  const served: ServedRules = new Map();
  for (const key in table.listeners) served.set(key, new Map());
  for (const key in table.rules) {
    const entry = table.rules[key]!;
    const known = previous?.rules.get(key);
    const rule = known?.rule === entry ? known : new RunnableRule(key, entry, shared);
    rules.set(key, rule);
    for (const attachment of entry.attachments) serve(served, attachment.listener, attachment.routeHostname, rule);
    yield;
  }
  const listeners = new Map<string, ListenerTable>();
  for (const [key, hostnames] of served) {
    listeners.set(key, yield* listenerTable(table, key, hostnames, previous?.listeners.get(key)));
  }
  const streams = new Map<string, RunnableStream>();
  for (const key in table.streams) {
    const entry = table.streams[key]!;
    const known = previous?.streams.get(key);
    streams.set(key, known?.stream === entry ? known : new RunnableStream(key, entry));
    yield;
  }
  return { table, rules, streams, listeners, ports: portsOf(listeners), ...streamPortsOf(table, streams) };
}

/** Rules by listener and route hostname. */
type ServedRules = Map<string, Map<string, RunnableRule[]>>;

function serve(served: ServedRules, listener: string, routeHostname: string, rule: RunnableRule): void {
  const hostnames = served.get(listener);
  if (hostnames === undefined) return;
  const rules = hostnames.get(routeHostname);
  if (rules === undefined) hostnames.set(routeHostname, [rule]);
  else if (rules[rules.length - 1] !== rule) rules.push(rule);
}

function* listenerTable(
  table: RoutingTable,
  key: string,
  hostnames: ReadonlyMap<string, readonly RunnableRule[]>,
  previous: ListenerTable | undefined,
): Steps<ListenerTable> {
  const listener = table.listeners[key]!;
  const unchanged = previous?.identity.listener === listener;
  const next = new ListenerTable(unchanged ? previous.identity : { key, listener });
  for (const [hostname, rules] of hostnames) {
    // Matches name their listener, so that a changed listener's cannot be taken over.
    const known = unchanged ? previous.hosts.get(hostname) : null;
    if (known?.holds(rules)) {
      next.hosts.set(hostname, known);
    } else {
      const built = new HostTable(hostname, rules);
      yield* built.fill(next.identity);
      next.hosts.set(hostname, built);
    }
    yield;
  }
  return next;
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
