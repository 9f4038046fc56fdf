import type { Filter } from '../../ir/filter.ts';
import type { Failure } from '../../ir/table.ts';
import type { CompiledBackendRef, CompiledMatch, CompiledPort, CompiledTable, Unrouted } from '../compile/compiled.ts';
import { answerOf } from '../filter/direct-response.ts';
import { inPhaseOrder, PHASES, type Phase } from '../filter/phases.ts';
import type { DirectResponse } from '../filter/plan.ts';
import { type Forwarded, transformed } from '../filter/transform/explained.ts';
import { type Candidate, type Captures, PATH_KINDS, precedence } from './candidate.ts';
import { bySpecificity, covers } from './host.ts';
import { hostnameLoss, lossOf } from './loss.ts';
import { candidateOf, RefinedCandidate } from './refine/refined-candidate.ts';
import type { RequestView } from './request-view.ts';

/** Why a request goes where it goes. Plain, JSON-safe data. */
export type Explanation = {
  readonly outcome:
    | { readonly status: 0; readonly rule: string; readonly match: number }
    | { readonly status: Unrouted['status']; readonly reason: Unrouted['reason']; readonly detail: string };
  /** Every listener of the port, the most specific hostname first. */
  readonly listeners: readonly { readonly listener: string; readonly hostname: string; readonly lost: string | null }[];
  /** Every match of every rule of the listener that serves, in the order in which they are tried. */
  readonly candidates: readonly ExplainedCandidate[];
  /** What the placeholders of templates and the groups of a pattern stand for. */
  readonly captures: Captures;
  /** What answers before any backend is asked: a preflight, a redirect, or a direct response if policies let the request pass. */
  readonly answer: DirectResponse | null;
  /** The filters of the rule that won, in the order in which they take effect. */
  readonly filters: readonly ExplainedFilter[];
  readonly backends: readonly ExplainedBackend[];
};

export type ExplainedCandidate = {
  readonly rule: string;
  /** Index in the rule's `matches`. */
  readonly match: number;
  /** The route's hostname; `''` is any. */
  readonly hostname: string;
  readonly path: string;
  /** The first reason why it did not win; null for the one that did. */
  readonly lost: string | null;
};

export type ExplainedFilter = { readonly phase: Phase; readonly filter: Filter };

export type ExplainedBackend = {
  readonly backend: string | null;
  readonly weight: number;
  /** Of the rule's requests, from 0 to 1. */
  readonly share: number;
  readonly failure: Failure | null;
  readonly filters: readonly ExplainedFilter[];
  /** What the backend would see. */
  readonly forwards: Forwarded;
};

export type Question = {
  readonly port: number;
  /** Lower case; null for plaintext, or for none. */
  readonly sni: string | null;
  readonly view: RequestView;
  /** As in filter/redirect.ts; by default ports are as in the Gateway. */
  readonly publicPort?: (port: number) => number;
};

/**
 * Explains one request. The outcome is the matcher's own; the reasons beside it are found anew, one candidate at a time.
 * Throws when no listener has the port.
 */
export function explain(table: CompiledTable, question: Question): Explanation {
  const { view, sni } = question;
  const port = table.ports.get(question.port);
  if (port === undefined) {
    const known = [...table.ports.keys()].sort((a, b) => a - b).join(', ');
    throw new Error(`port ${question.port}: Gateway ${table.table.gateway} has no listener there, only on ${known}`);
  }
  const found = port.route(view, sni);
  const listeners = explainListeners(port, view.host);
  if (found.status !== 0) {
    return {
      outcome: { status: found.status, reason: found.reason, detail: detailOf(found, port, view.host, sni) },
      listeners,
      candidates: found.reason === 'NoRule' ? explainCandidates(table, port, view, null) : [],
      captures: {},
      answer: null,
      filters: [],
      backends: [],
    };
  }
  const { plan, rule } = found;
  const publicPort = question.publicPort ?? ((same: number) => same);
  return {
    outcome: { status: 0, rule: rule.key, match: found.index },
    listeners,
    candidates: explainCandidates(table, port, view, found),
    captures: found.captures(view),
    answer:
      plan.cors?.preflight(view) ?? plan.redirect?.response(view, found, publicPort) ?? directAnswer(rule.filters),
    filters: rule.filters.map(withPhase),
    backends: explainBackends(view, found),
  };
}

function directAnswer(filters: readonly Filter[]): DirectResponse | null {
  const found = filters.find((filter) => filter.kind === 'DirectResponse');
  return found === undefined ? null : answerOf(found);
}

function detailOf(found: Unrouted, port: CompiledPort, host: string, sni: string | null): string {
  const serving = port.listenerFor(host)?.key;
  switch (found.reason) {
    case 'NoListener':
      return `no listener of port ${port.port} has a hostname that matches ${host || '(no host)'}`;
    case 'NoRule':
      return `${host || '(no host)'} belongs to ${serving}, none of whose rules match; no other listener is asked`;
    case 'Misdirected':
      return `SNI ${sni ?? '(none)'} belongs to ${port.connectedTo(sni)?.key ?? 'no listener'}, host ${host} to ${serving}`;
  }
}

function explainListeners(port: CompiledPort, host: string): Explanation['listeners'] {
  const serving = port.listenerFor(host);
  const sorted = [...port.listeners].sort((a, b) => bySpecificity(a.listener.hostname, b.listener.hostname));
  return sorted.map(({ key, listener: { hostname } }) => {
    const lost = covers(hostname, host) ? `less specific hostname than ${serving?.key}` : hostnameLoss(host);
    return { listener: key, hostname, lost: key === serving?.key ? null : lost };
  });
}

function explainCandidates(
  table: CompiledTable,
  port: CompiledPort,
  view: RequestView,
  found: CompiledMatch | null,
): ExplainedCandidate[] {
  const listener = port.listenerFor(view.host)!;
  const candidates = table.listeners
    .get(listener.key)!
    .hosts.values()
    .flatMap((host) =>
      host.rules
        .all()
        .flatMap((rule) => rule.rule.matches.map((_, i) => candidateOf(listener, host.hostname, rule, i))),
    );
  const everywhere = listener.listener.priorityScope === 'Gateway';
  candidates.sort(
    (a, b) =>
      bySpecificity(a.routeHostname, b.routeHostname) ||
      (everywhere || a.namespace === b.namespace ? byPriority(a, b) : 0) ||
      PATH_KINDS.indexOf(a.kind) - PATH_KINDS.indexOf(b.kind) ||
      precedence(a, b),
  );
  const isFound = (one: Candidate): boolean =>
    one.rule === found?.rule && one.index === found.index && one.routeHostname === found.routeHostname;
  const winner = candidates.find(isFound) ?? null;
  return candidates.map((candidate) => {
    const { rule, index, routeHostname } = candidate;
    const lost = candidate === winner ? null : (lossOf(candidate, view) ?? lossTo(winner, candidate, everywhere));
    return { rule: rule.key, match: index, hostname: routeHostname, path: pathText(candidate), lost };
  });
}

/** Why a match that holds for the request does not get it. */
function lossTo(winner: Candidate | null, candidate: Candidate, everywhere: boolean): string | null {
  if (winner === null) return null;
  const by = `${winner.rule.key}, match ${winner.index}`;
  if (winner.routeHostname !== candidate.routeHostname || winner.priority === candidate.priority) {
    return `lower precedence than ${by}`;
  }
  const [own, other] = [priorityText(candidate), priorityText(winner)];
  if (!everywhere && winner.namespace !== candidate.namespace) {
    return `${own} does not count against ${by}, of another namespace`;
  }
  if (candidate.isForAll) return `matches every request, and goes after what asks for more, such as ${by}`;
  return `${own} is lower than ${other} of ${by}`;
}

function priorityText(candidate: Candidate): string {
  if (candidate.isForAll) return 'priority of a match of every request';
  const policy = candidate instanceof RefinedCandidate ? ` (HTTPMatchPolicy ${candidate.check.entry.policy})` : '';
  return `priority ${candidate.priority}${policy}`;
}

/** The infinite ones have no difference. */
function byPriority(a: Candidate, b: Candidate): number {
  return a.priority === b.priority ? 0 : b.priority - a.priority;
}

function pathText(candidate: Candidate): string {
  const { kind, value } = candidate.match.path;
  const path = `${kind} ${value || '/'}`;
  if (!(candidate instanceof RefinedCandidate) || candidate.check.entry.template === null) return path;
  const template = `template ${candidate.check.entry.template.text}`;
  return kind === 'prefix' && value === '' ? template : `${path}, ${template}`;
}

function withPhase(filter: Filter): ExplainedFilter {
  return { phase: PHASES.find((phase) => phase.kind === filter.kind)!.name, filter };
}

function explainBackends(view: RequestView, found: CompiledMatch): ExplainedBackend[] {
  const { refs } = found.rule.split;
  const total = refs.reduce((sum, ref) => sum + ref.weight, 0);
  return refs.map((ref, i) => ({
    backend: found.rule.rule.backends[i]!.backend,
    weight: ref.weight,
    share: total === 0 ? 0 : ref.weight / total,
    failure: ref.failure,
    filters: inPhaseOrder(found.rule.rule.backends[i]!.filters).map(withPhase),
    forwards: forwardedBy(ref, [...found.rule.rule.filters, ...found.rule.rule.backends[i]!.filters], view, found),
  }));
}

function forwardedBy(
  { rewrite }: CompiledBackendRef,
  filters: readonly Filter[],
  view: RequestView,
  found: CompiledMatch,
): Forwarded {
  const host = rewrite?.hostname ?? view.host;
  const path = rewrite?.path(view.path, found) ?? view.path;
  return transformed(filters, { host, path, query: view.query }, view, found);
}
