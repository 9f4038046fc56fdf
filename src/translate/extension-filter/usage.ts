import { RE2JS } from 're2js';
import type { Filter } from '../../ir/filter.ts';
import { capturesOf as capturesOfPolicy, type Match } from '../../ir/match.ts';
import type { Part, Template, Transform } from '../../ir/transform.ts';
import type { RuleBody } from '../route/kind.ts';

/** What keeps a filter from being used where it is. */
export type UsageFault = {
  /** `namespace/name` of the HTTPRouteFilter. */
  readonly filter: string;
  /** `filters` or `backendRefs[1].filters`. */
  readonly field: string;
  readonly message: string;
};

/**
 * What the filters of a rule need of its matches and its policies and do not get. A rule for whose filters something is
 * missing must not serve: a URL would be sent that nobody meant.
 * @param knowsClients whether somebody finds out who the clients are
 */
export function usageFaults(rule: RuleBody, knowsClients: boolean): UsageFault[] {
  return placesOf(rule).flatMap(({ field, transform }) => {
    const messages = missingCaptures(transform, rule);
    if (!knowsClients && asksForClaims(transform)) messages.push(NO_CLAIMS);
    return messages.map((message) => ({ filter: transform.filter, field, message }));
  });
}

/** What of filters a listener cannot do: it knows no match yet, and no client; and which host is meant is settled. */
export function listenerFaults(filters: readonly Filter[]): string[] {
  return filters.filter(isTransform).flatMap((transform) => {
    const found: string[] = [];
    const names = new Set(templatesOf(transform).flatMap((template) => template.flatMap(anyCapture)));
    if (names.size > 0)
      found.push(`${[...names].map(braced).join(', ')}: a listener has no match that captures anything`);
    if (asksForClaims(transform)) found.push('claims: clients are authenticated after a rule is found');
    if (transform.hostname !== null) found.push('urlTemplate.hostname: a listener cannot change the host of a request');
    if (transform.method === 'HEAD') found.push('method: a listener cannot make a request a HEAD');
    return found;
  });
}

function anyCapture(part: Part): string[] {
  return part.from === 'capture' ? [part.name] : [];
}

const NO_CLAIMS = 'claims: no AccessPolicy with an authentication holds for it';

/** Whether it is of any importance to a rule's filters who the clients are. */
export function needsClaims(rule: RuleBody): boolean {
  return placesOf(rule).some(({ transform }) => asksForClaims(transform));
}

function placesOf(rule: RuleBody): { readonly field: string; readonly transform: Transform }[] {
  const places = [
    { field: 'filters', filters: rule.filters },
    ...rule.backends.map(({ filters }, index) => ({ field: `backendRefs[${index}].filters`, filters })),
  ];
  return places.flatMap(({ field, filters }) => filters.filter(isTransform).map((transform) => ({ field, transform })));
}

function asksForClaims(transform: Transform): boolean {
  return templatesOf(transform).some((template) => template.some(({ from }) => from === 'claim'));
}

function isTransform(filter: Filter): filter is Transform {
  return filter.kind === 'Transform';
}

function missingCaptures(transform: Transform, rule: RuleBody): string[] {
  const names = new Set(templatesOf(transform).flat().flatMap(captureName));
  if (names.size === 0) return [];
  const ofPolicy = rule.refinement === undefined ? [] : capturesOfPolicy(rule.refinement);
  return rule.matches.flatMap((match, index) => {
    const captured = new Set([...capturesOf(match), ...ofPolicy]);
    const missing = [...names].filter((name) => !captured.has(name));
    if (missing.length === 0) return [];
    const known = captured.size === 0 ? 'nothing' : [...captured].map(braced).join(', ');
    return [`${missing.map(braced).join(', ')}: matches[${index}] captures ${known}`];
  });
}

function templatesOf({ hostname, path, query, request, response }: Transform): Template[] {
  const edits = [...request, ...response].flatMap((edit) =>
    'value' in edit ? [edit.value] : 'find' in edit ? [edit.find, edit.with] : [],
  );
  return [hostname ?? [], path ?? [], ...query.map(({ value }) => value), ...edits];
}

/** A placeholder with something in place of a value may be for some of the rule's matches only. */
function captureName(part: Part): string[] {
  return part.from === 'capture' && part.fallback === null ? [part.name] : [];
}

const known = new WeakMap<Match, ReadonlySet<string>>();

/** Names of what a match captures; the groups of a regular expression have numbers too, from 1. */
function capturesOf(match: Match): ReadonlySet<string> {
  let names = known.get(match);
  if (names === undefined) {
    names = new Set(match.path.kind === 'regex' ? groupsOf(match.path.value) : []);
    known.set(match, names);
  }
  return names;
}

function groupsOf(pattern: string): string[] {
  const compiled = RE2JS.compile(pattern);
  const numbers = Array.from({ length: compiled.groupCount() }, (_, index) => String(index + 1));
  return [...Object.keys(compiled.namedGroups()), ...numbers];
}

function braced(name: string): string {
  return `{${name}}`;
}
