/** An explained request for people: listener, rule that wins, rules that lost and why, policies, filters, backends, endpoints. */
import type { Filter } from '../../ir/filter.ts';
import type { Endpoint } from '../../ir/table.ts';
import type { ExplainedGateway, ExplainedRequest } from '../request.ts';
import { policiesText } from './policies.ts';
import { printable, table } from './table.ts';
import { sessionsText, trafficText } from './traffic.ts';

/** So many losers are shown; the ones that were closest come first. */
const MOST_CANDIDATES = 25;

export function explanationText(request: ExplainedRequest): string {
  return request.gateways.map((gateway) => gatewayText(request, gateway)).join('\n');
}

function gatewayText(request: ExplainedRequest, gateway: ExplainedGateway): string {
  const sni = request.sni === null ? '' : `, SNI ${request.sni}`;
  const parts = [
    printable(
      `${request.method} ${request.url}: Gateway ${gateway.gateway}, port ${request.port}, host ${request.host}${sni}`,
    ),
    '',
    indented(
      table(
        ['LISTENER', 'HOSTNAME', 'RESULT'],
        gateway.listeners.map(({ listener, hostname, lost }) => [listener, hostname || '*', lost ?? 'serves']),
      ),
    ),
  ];
  if (gateway.candidates.length > 0) parts.push(rulesText(gateway));
  if (gateway.policies.length > 0) parts.push(indented(policiesText(gateway.policies) + unknownText(gateway)));
  parts.push(...outcomeText(gateway));
  return `${parts.join('\n').trimEnd()}\n`;
}

function rulesText({ candidates }: ExplainedGateway): string {
  const sorted = [...candidates].sort((a, b) => rank(a) - rank(b));
  const rows = sorted
    .slice(0, MOST_CANDIDATES)
    .map(({ rule, name, match, hostname, path, lost }) => [
      name === '' ? rule : `${rule} ${name}`,
      String(match),
      hostname || '*',
      path,
      lost === null ? 'wins' : `lost: ${lost}`,
    ]);
  const more = candidates.length - rows.length;
  const note = more === 0 ? '' : `... and ${more} more, -o json has all of them\n`;
  return indented(table(['RULE', 'MATCH', 'HOSTNAME', 'PATH', 'RESULT'], rows) + note);
}

/** The winner first, then in the order in which they are tried; those of other hosts last. */
function rank({ lost }: { readonly lost: string | null }): number {
  if (lost === null) return 0;
  return lost.startsWith('hostname ') ? 2 : 1;
}

function unknownText({ hasLostPolicies }: ExplainedGateway): string {
  return hasLostPolicies ? '' : 'Policies that are in conflict, or for what does not exist, are not known here\n';
}

function outcomeText(gateway: ExplainedGateway): string[] {
  const { outcome, answer, captures, filters, policies, timeouts, retry, backends } = gateway;
  if (outcome.status !== 0) return [printable(`Answer: ${outcome.status} ${outcome.reason}: ${outcome.detail}`)];
  const parts: string[] = [];
  const captured = Object.entries(captures).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  if (captured.length > 0) parts.push(printable(`Captures: ${captured.join(', ')}`), '');
  if (filters.length > 0) {
    parts.push(
      indented(
        table(
          ['PHASE', 'FILTER', 'EFFECT'],
          filters.map(({ phase, filter }) => [phase, filter.kind, effectOf(filter)]),
        ),
      ),
    );
  }
  const closing = policies.find(
    ({ backend, kind, outcome: is }) => is === 'Closed' && backend === null && kind !== 'HTTPRouteFilter',
  );
  if (closing !== undefined) {
    return [...parts, printable(`Answer: 500 ${closing.reason}, by ${closing.kind} ${closing.name}`)];
  }
  if (answer !== null) {
    const fields = answer.headers.map(([name, value]) => `  ${name}: ${value}`);
    return [...parts, `Answer: ${answer.status}, no backend is asked`, ...fields.map(printable)];
  }
  const bounds: string[] = [];
  if (timeouts !== null && timeouts.request > 0) bounds.push(`request ${timeouts.request} ms`);
  if (timeouts !== null && timeouts.backendRequest > 0) bounds.push(`backend request ${timeouts.backendRequest} ms`);
  if (bounds.length > 0) parts.push(`Timeouts: ${bounds.join(', ')}`);
  if (retry !== null) {
    parts.push(
      `Retries: ${retry.attempts}, on ${[...retry.codes, 'connection errors'].join(', ')}, after ${retry.backoff} ms`,
    );
  }
  if (bounds.length > 0 || retry !== null) parts.push('');
  if (backends.every(({ weight }) => weight === 0))
    return [...parts, 'Answer: 500, the rule has no backend with a weight'];
  const rows = backends.map(({ backend, weight, share, failure, forwards, endpoints }) => [
    backend ?? '(none)',
    String(weight),
    `${Math.round(share * 10_000) / 100}%`,
    failure === null ? `${forwards.host}${forwards.path}` : `answers ${failure.status} ${failure.reason}`,
    failure === null ? endpointsText(endpoints) : '',
  ]);
  return [
    ...parts,
    indented(table(['BACKEND', 'WEIGHT', 'SHARE', 'SENDS', 'ENDPOINTS'], rows)),
    ...balancingText(gateway),
  ];
}

/** Sessions, and the policies of backends: once for each policy. */
function balancingText({ backends, sessionPersistence }: ExplainedGateway): string[] {
  const lines: string[] = [];
  if (sessionPersistence !== null) {
    lines.push(`The rule has ${sessionsText(sessionPersistence)}: a session keeps its backend and endpoint`);
  }
  const seen = new Set<string | null>();
  for (const { backend, traffic } of backends) {
    if (traffic === null || seen.has(backend)) continue;
    seen.add(backend);
    const text = trafficText(traffic, sessionPersistence !== null);
    lines.push(`BackendTrafficPolicy ${traffic.policy} holds for ${backend}: ${text}`);
  }
  return lines.map((line) => printable(line));
}

function endpointsText(endpoints: readonly Endpoint[]): string {
  if (endpoints.length === 0) return 'none: answers 503';
  return endpoints
    .map(({ address, port, ready, terminating }) => {
      const state = terminating ? ' (terminating)' : ready ? '' : ' (not ready)';
      return `${address.includes(':') ? `[${address}]` : address}:${port}${state}`;
    })
    .join(', ');
}

function effectOf(filter: Filter): string {
  const { kind: _, ...settings } = filter;
  const told = Object.entries(settings).filter(
    ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
  );
  return told.map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`).join(', ');
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
