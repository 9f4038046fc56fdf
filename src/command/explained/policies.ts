/** Which policies have to do with a request, where each came from, which one holds, and why the others do not. */
import type { Policy } from '../../ir/policy/policy.ts';
import type { Backend, Listener, RoutingTable, Rule } from '../../ir/table.ts';
import type { Accounts } from '../../translate/policy/account.ts';
import { type Claim, claimsFor, type PolicyTarget } from './claim.ts';

export type ExplainedPolicy = {
  readonly kind: string;
  /** `namespace/name`. */
  readonly name: string;
  /** Null: of a filter, and where only the table is known. */
  readonly mode: 'Direct' | 'Defaults' | 'Overrides' | null;
  /** What it says that it is for; null where only the table is known. */
  readonly target: PolicyTarget | null;
  /** The backend that it is about; null: all of the rule's requests. */
  readonly backend: string | null;
  /** `Closed`: it cannot be kept, and so the requests that it is about are answered with 500. */
  readonly outcome: 'InEffect' | 'Closed' | 'Lost';
  /** Of what is not in effect: a condition's reason, `Overridden` or `LessSpecific`; `''` otherwise. */
  readonly reason: string;
  readonly message: string;
};

/** What holds at a place for a kind of policy. */
type Holder = {
  readonly kind: string;
  readonly name: string;
  /** `Gateway` for one that came by a listener. */
  readonly place: 'Gateway' | 'route' | 'Service';
  readonly overrides: boolean;
  /** Reason of its answer to every request; null: it is kept. */
  readonly failure: string | null;
};

export type RequestPath = {
  /** Keys of the table. */
  readonly listener: string;
  readonly rule: string;
  readonly backends: readonly string[];
};

/** Of the rule and its listener first, then those of each backend. `accounts` null: only what the table knows. */
export function explainPolicies(table: RoutingTable, path: RequestPath, accounts: Accounts | null): ExplainedPolicy[] {
  const listener = table.listeners[path.listener];
  const rule = table.rules[path.rule];
  if (listener === undefined || rule === undefined) return [];
  const { kind, route, index } = partsOf(path.rule);
  const backends = new Set([...path.backends, ...(accounts?.backendsOf(kind, route, index) ?? [])]);
  return [
    ...ofRule(table, { ...path, entries: { listener, rule } }, accounts),
    ...[...backends].flatMap((key) => ofBackend(table, key, accounts)),
  ];
}

/** Of the key of a rule. */
function partsOf(rule: string): { kind: 'GRPCRoute' | 'HTTPRoute'; route: string; index: number } {
  const [kind, namespace, name, , index] = rule.split('/');
  return {
    kind: kind === 'grpcroute' ? 'GRPCRoute' : 'HTTPRoute',
    route: `${namespace}/${name}`,
    index: Number(index),
  };
}

function ofRule(
  table: RoutingTable,
  { listener, rule, entries }: RequestPath & { readonly entries: { listener: Listener; rule: Rule } },
  accounts: Accounts | null,
): ExplainedPolicy[] {
  const { kind: routeKind, route: routeKey, index } = partsOf(rule);
  // A ListenerSet's listeners have the policies of the whole Gateway.
  const listenerName = listener.startsWith('gateway/') ? listener.split('/')[3]! : '';
  const claims =
    accounts === null
      ? []
      : [
          ...claimsFor(accounts, routeKind, routeKey, entries.rule.name),
          ...claimsFor(accounts, 'Gateway', table.gateway, listenerName).filter(
            ({ isStray }) => !isStray || listenerName !== '',
          ),
        ];
  const outer = holdersOf(table, entries.listener.policies, 'Gateway');
  const inner = [
    ...holdersOf(table, entries.rule.policies, 'route'),
    ...matchHolder(
      entries.rule,
      claims.filter(({ target }) => target.kind !== 'Gateway'),
    ),
  ];
  const overriding = outer.filter(({ overrides }) => overrides);
  const holders = new Map([...outer, ...inner, ...overriding].map((holder) => [holder.kind, holder]));
  const filters = accounts === null ? [] : accounts.filtersOf(routeKind, routeKey, index);
  return [
    ...judged(claims, holders, [...outer, ...inner], null),
    ...filters.map(({ name: filter, refused }): ExplainedPolicy => {
      const isIn = refused.length === 0;
      return {
        kind: 'HTTPRouteFilter',
        name: filter,
        mode: null,
        target: { kind: routeKind, name: routeKey, sectionName: entries.rule.name || null },
        backend: null,
        outcome: isIn ? 'InEffect' : 'Closed',
        reason: isIn ? '' : 'Invalid',
        message: refused.join('; '),
      };
    }),
  ];
}

function ofBackend(table: RoutingTable, key: string, accounts: Accounts | null): ExplainedPolicy[] {
  const backend = table.backends[key];
  const [, namespace, name, port] = key.split('/');
  const service = `${namespace}/${name}`;
  const claims =
    accounts === null ? [] : claimsFor(accounts, 'Service', service, accounts.portName(service, Number(port)));
  const held = [
    ...holdersOf(table, backend?.policies, 'Service'),
    ...(backend?.traffic === undefined ? [] : [plain('BackendTrafficPolicy', backend.traffic.policy)]),
    ...tlsHolder(backend, claims),
  ];
  return judged(claims, new Map(held.map((holder) => [holder.kind, holder])), held, key);
}

function holdersOf(table: RoutingTable, keys: readonly string[] | undefined, place: Holder['place']): Holder[] {
  return (keys ?? []).flatMap((key) => {
    const entry: Policy | undefined = table.policies[key];
    if (entry === undefined) return [];
    const { failure, kind, name, overrides } = entry;
    return [{ kind, name, place, overrides, failure: failure === null ? null : failure.reason }];
  });
}

/** HTTPMatchPolicy has no entry of its own: it is part of the rule, or has closed it. */
function matchHolder({ refinement }: Rule, claims: readonly Claim[]): Holder[] {
  if (refinement !== undefined) return [{ ...plain('HTTPMatchPolicy', refinement.policy), place: 'route' }];
  const first = claims.find(({ account }) => account.kind === 'HTTPMatchPolicy');
  if (first === undefined) return [];
  const { account, isStray } = first;
  const failure = isStray ? STRAY : 'PolicyInvalid';
  return [{ ...plain('HTTPMatchPolicy', account.name), place: 'route', failure }];
}

/** Nor has BackendTLSPolicy, whose backend has what it says. */
function tlsHolder(backend: Backend | undefined, claims: readonly Claim[]): Holder[] {
  const first = claims.find(({ account, isStray }) => account.kind === 'BackendTLSPolicy' && !isStray);
  if (first === undefined) return [];
  const isKept = backend !== undefined && backend.tls !== null;
  return [{ ...plain('BackendTLSPolicy', first.account.name), failure: isKept ? null : 'PolicyInvalid' }];
}

function plain(kind: string, name: string): Holder {
  return { kind, name, place: 'Service', overrides: false, failure: null };
}

/** `holders` by kind are those that hold, of all that are `held`. */
function judged(
  claims: readonly Claim[],
  holders: ReadonlyMap<string, Holder>,
  held: readonly Holder[],
  backend: string | null,
): ExplainedPolicy[] {
  const found = claims.map((claim, index): ExplainedPolicy => {
    const { account, target } = claim;
    const { kind, name, mode } = account;
    const holder = holders.get(kind) ?? null;
    const first = holder === null ? -1 : claims.findIndex((other) => isHolder(other, holder));
    const verdict = first === index ? kept(claim, holder!) : lost(claim, holder, claims[first] ?? null);
    return { kind, name, mode, target, backend, ...verdict };
  });
  const unknown = held.filter(
    (holder) => !found.some(({ kind, name }) => kind === holder.kind && name === holder.name),
  );
  const known = unknown.map((holder): ExplainedPolicy => {
    const { kind, name, overrides, failure } = holder;
    const said = { kind, name, mode: overrides ? ('Overrides' as const) : null, target: null, backend };
    const winner = holders.get(kind)!;
    if (winner !== holder) return { ...said, outcome: 'Lost', ...outranked(holder.place === 'Gateway', winner, null) };
    return failure === null
      ? { ...said, outcome: 'InEffect', reason: '', message: '' }
      : { ...said, outcome: 'Closed', reason: failure, message: '' };
  });
  return [...found, ...known].sort((a, b) => rank(a) - rank(b) || compare(a.kind, b.kind));
}

type Verdict = Pick<ExplainedPolicy, 'outcome' | 'reason' | 'message'>;

const STRAY = 'PolicyTargetNotFound';

function isHolder({ account, isStray, target }: Claim, holder: Holder): boolean {
  if (account.kind !== holder.kind || account.name !== holder.name) return false;
  if ((target.kind === 'Gateway') !== (holder.place === 'Gateway')) return false;
  // One that is invalid answers as such, wherever it stands.
  return isStray ? holder.failure !== null : holder.failure !== STRAY;
}

function kept({ account: { refused } }: Claim, { failure }: Holder): Verdict {
  if (failure !== null) return { outcome: 'Closed', reason: failure, message: refused?.message ?? '' };
  return { outcome: 'InEffect', reason: '', message: refused === null ? '' : `elsewhere not: ${refused.message}` };
}

/** `by` is the claim of what holds. */
function lost({ account, target, isStray }: Claim, holder: Holder | null, by: Claim | null): Verdict {
  const { refused, failsClosed } = account;
  const isRefused = refused !== null && (isStray || refused.reason !== 'TargetNotFound');
  if (isRefused) {
    const without = holder === null && !failsClosed ? '; requests are served without it' : '';
    return { outcome: 'Lost', reason: refused.reason, message: `${refused.message}${without}` };
  }
  if (holder === null) return { outcome: 'Lost', reason: 'NotServed', message: 'what is served does not have it' };
  return { outcome: 'Lost', ...outranked(target.kind === 'Gateway', holder, by) };
}

function outranked(isOfGateway: boolean, holder: Holder, by: Claim | null): Omit<Verdict, 'outcome'> {
  const winner = `${holder.kind} ${holder.name}`;
  if (!isOfGateway && holder.place === 'Gateway') {
    return { reason: 'Overridden', message: `${winner} of the Gateway overrides it` };
  }
  return { reason: 'LessSpecific', message: `${winner} ${by === null ? 'is more specific' : reachOf(by)}` };
}

const SECTIONS: Readonly<Record<string, string>> = { Gateway: 'listener', Service: 'port' };

function reachOf({ isStray, target: { kind, sectionName } }: Claim): string {
  const section = SECTIONS[kind] ?? 'rule';
  if (isStray) return `may be for the ${section}`;
  return `is for the ${sectionName === null ? 'route' : section}`;
}

/** Those that hold come first. */
function rank({ outcome }: ExplainedPolicy): number {
  return outcome === 'Lost' ? 1 : 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
