import type { Candidate } from './candidate.ts';
import { covers } from './host.ts';
import { queryValue, type ValuePredicate } from './predicate.ts';
import { RefinedCandidate } from './refine/refined-candidate.ts';
import type { RequestView } from './request-view.ts';

/** The first thing a candidate asks for that a request does not have, as a sentence; null when it has everything. */
export function lossOf(candidate: Candidate, view: RequestView): string | null {
  const { predicate } = candidate;
  if (!covers(candidate.routeHostname, view.host)) return hostnameLoss(view.host);
  const path = pathLoss(candidate, view.path);
  if (path !== null) return path;
  if (predicate.method !== '' && predicate.method !== view.method) {
    return `method ${view.method} is not ${predicate.method}`;
  }
  for (const header of predicate.headers) {
    const loss = valueLoss(`header ${header.name}`, header, view.header(header.name));
    if (loss !== null) return loss;
  }
  for (const parameter of predicate.query) {
    const loss = valueLoss(`query parameter ${parameter.name}`, parameter, queryValue(view.query, parameter.name));
    if (loss !== null) return loss;
  }
  if (!(candidate instanceof RefinedCandidate)) return null;
  const loss = candidate.check.loss(view);
  return loss === null ? null : `${loss} (HTTPMatchPolicy ${candidate.check.entry.policy})`;
}

export function hostnameLoss(host: string): string {
  return `hostname does not match ${host || '(no host)'}`;
}

function pathLoss({ match, path, pattern }: Candidate, asked: string): string | null {
  const { kind, value } = match.path;
  if (pattern !== null) {
    if (pattern.problem !== null) return `path pattern ${value} is not valid: ${pattern.problem}`;
    return pattern.test(asked) ? null : `path ${asked} does not match ${value}`;
  }
  if (path === null) return `path ${value} is one that no request can have`;
  if (kind === 'exact') return asked === path ? null : `path ${asked} is not ${value}`;
  const within = asked.startsWith(path) && (asked.length === path.length || asked[path.length] === '/');
  return within ? null : `path ${asked} is not below ${value}`;
}

function valueLoss(what: string, { value, pattern }: ValuePredicate, asked: string | null): string | null {
  if (asked === null) return `${what} is absent`;
  if (pattern === null)
    return asked === value ? null : `${what} is ${JSON.stringify(asked)}, not ${JSON.stringify(value)}`;
  if (pattern.problem !== null) return `${what}: pattern ${value} is not valid: ${pattern.problem}`;
  return pattern.test(asked) ? null : `${what} is ${JSON.stringify(asked)}, which does not match ${value}`;
}
