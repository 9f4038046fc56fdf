import { RE2JS } from 're2js';
import type { HTTPRouteMatch } from '../../api/gateway/http-route-match.ts';
import type { HTTPRouteRule } from '../../api/gateway/http-route-rule.ts';
import type { Match, PathMatch, ValueMatch } from '../../ir/match.ts';
import { normalisePath } from './path.ts';

export type RuleMatches = { readonly matches: readonly Match[]; readonly invalid: readonly string[] };

/** Rules are immutable and depend on nothing else here; compiling regular expressions is what costs. */
const known = new WeakMap<HTTPRouteRule, RuleMatches>();

/** The rule's matches; when one of them is invalid, what is wrong with it. */
export function convertMatches(rule: HTTPRouteRule): RuleMatches {
  let result = known.get(rule);
  if (result === undefined) {
    const invalid: string[] = [];
    // An empty list is as good as none: the rule matches everything (HTTPRouteRule `matches`).
    const matches =
      rule.matches.length === 0 ? [EVERYTHING] : rule.matches.map((match, i) => convert(match, i, invalid));
    result = { matches, invalid };
    known.set(rule, result);
  }
  return result;
}

export const ANY_PATH: PathMatch = { kind: 'prefix', value: '' };
export const EVERYTHING: Match = { path: ANY_PATH, headers: [], query: [], method: '' };

function convert(match: HTTPRouteMatch, index: number, invalid: string[]): Match {
  const field = `matches[${index}]`;
  return {
    path: convertPath(match.path, `${field}.path`, invalid),
    headers: convertValues(
      (match.headers ?? []).map((header) => ({ ...header, name: header.name.toLowerCase() })),
      `${field}.headers`,
      invalid,
    ),
    query: convertValues(match.queryParams ?? [], `${field}.queryParams`, invalid),
    method: match.method ?? '',
  };
}

function convertPath({ type, value }: HTTPRouteMatch['path'], field: string, invalid: string[]): PathMatch {
  if (type === 'RegularExpression') {
    checkPattern(value, field, invalid);
    return { kind: 'regex', value };
  }
  const path = normalisePath(value);
  if (path === null) {
    invalid.push(`${field}: no request path can ever be ${JSON.stringify(value)}`);
    return { kind: 'exact', value };
  }
  if (type === 'Exact') return { kind: 'exact', value: path };
  return { kind: 'prefix', value: path.replace(/\/$/, '') };
}

type NamedValue = { readonly type: 'Exact' | 'RegularExpression'; readonly name: string; readonly value: string };

/** The first of entries with the same name counts, the others are ignored (HTTPHeaderMatch `name`). */
export function convertValues(values: readonly NamedValue[], field: string, invalid: string[]): ValueMatch[] {
  const found = new Map<string, ValueMatch>();
  for (const [index, { type, name, value }] of values.entries()) {
    if (found.has(name)) continue;
    if (type === 'RegularExpression') checkPattern(value, `${field}[${index}]`, invalid);
    found.set(name, { name, kind: type === 'RegularExpression' ? 'regex' : 'exact', value });
  }
  return [...found.values()];
}

export function checkPattern(pattern: string, field: string, invalid: string[]): void {
  try {
    RE2JS.compile(pattern);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error);
    invalid.push(`${field}: ${JSON.stringify(pattern)} is not a regular expression of RE2: ${reason}`);
  }
}
