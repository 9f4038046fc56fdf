import type { Match } from '../../ir/match.ts';
import type { CompiledListener, CompiledMatch, CompiledRule, RulePlan } from '../compile/compiled.ts';
import type { Finder } from './finder.ts';
import { normalisePath } from './normalise.ts';
import type { Branch } from './path-node.ts';
import { type Predicate, predicateOf } from './predicate.ts';
import { capturerOf, type Pattern, patternOf } from './regex.ts';
import type { RequestView } from './request-view.ts';

/** The values of placeholders and of groups of a regular expression, by name; groups by number too. */
export type Captures = Readonly<Record<string, string>>;

/** Sorts behind every other text. */
export const NO_CONDITIONS = '\uffff';

const NO_CAPTURES: Captures = Object.freeze({});

/** One match of a rule in the table of one hostname. */
export class Candidate implements CompiledMatch, Finder, Branch {
  // What every request reads comes first, and so near to each other in memory.
  readonly status: 0;
  readonly plan: RulePlan;
  readonly rule: CompiledRule;
  readonly isGuarded: boolean;
  readonly listener: CompiledListener;
  readonly index: number;
  readonly prefix: string | null;
  readonly routeHostname: string;
  readonly match: Match;
  readonly predicate: Predicate;
  /** The normalised path of an exact or prefix match; null for one that no request can have. */
  readonly path: string | null;
  readonly pattern: Pattern | null;
  /** Whether the path is all that the match asks for; kept here to spare the request a look at the predicate. */
  readonly holdsAlways: boolean;

  constructor(
    listener: CompiledListener,
    routeHostname: string,
    rule: CompiledRule,
    index: number,
    predicate = predicateOf(rule.rule.matches[index]!),
  ) {
    const match = rule.rule.matches[index]!;
    const { afterPrefixes, kind, value } = match.path;
    this.status = 0;
    this.plan = rule.plan;
    this.rule = rule;
    this.isGuarded = isGuarded(listener, rule);
    this.listener = listener;
    this.index = index;
    this.path = afterPrefixes
      ? ''
      : kind === 'regex'
        ? null
        : kind === 'prefix'
          ? normalisedPrefix(value)
          : normalisePath(value);
    this.prefix = kind === 'prefix' ? this.path : null;
    this.routeHostname = routeHostname;
    this.match = match;
    this.predicate = predicate;
    this.pattern = kind === 'regex' ? patternOf(value) : null;
    this.holdsAlways = this.predicate.empty;
  }

  // What follows is asked when a table is compiled and when a request is explained; it has no room in the object.

  /** How its path is looked up, in the order of precedence. */
  get kind(): (typeof PATH_KINDS)[number] {
    const { afterPrefixes, kind } = this.match.path;
    return afterPrefixes ? 'prefix' : kind;
  }

  /** What it is looked up by: the path, or what a template begins with. Null for what no request can have. */
  get lookup(): string | null {
    return this.path;
  }

  /** Of two of one kind the longer one comes first. */
  get pathLength(): number {
    const { afterPrefixes, value } = this.match.path;
    return afterPrefixes ? value.length : (this.lookup ?? value).length;
  }

  /** What a policy asks for, as a text that sorts: fewer and less telling conditions come last. */
  get tieBreak(): string {
    return NO_CONDITIONS;
  }

  /** -Infinity for what every request has: it is last whatever anybody says. */
  get priority(): number {
    return this.isForAll ? Number.NEGATIVE_INFINITY : 0;
  }

  /** Whether every request of the host has what it asks for. */
  get isForAll(): boolean {
    return this.kind === 'prefix' && this.lookup === '' && this.holdsAlways;
  }

  get namespace(): string {
    return this.rule.key.split('/')[1] ?? '';
  }

  /** What finds it for every request. */
  find(_view: RequestView): Candidate {
    return this;
  }

  /** What is found behind the only prefix that leads to it. */
  search(_path: string, _start: number, _view: RequestView): Candidate {
    return this;
  }

  captures(view: RequestView): Captures {
    return this.pattern === null ? NO_CAPTURES : decodedCaptures(this.encodedCaptures(view));
  }

  encodedCaptures(view: RequestView): Captures {
    if (this.pattern === null) return NO_CAPTURES;
    return capturerOf(this.pattern).captures(view.path) ?? NO_CAPTURES;
  }
}

/** Kinds of path in the order of their precedence. */
export const PATH_KINDS = ['exact', 'regex', 'template', 'template in any case', 'prefix'] as const;

/** Percent-decoded where that gives UTF-8; other values stay as they are. */
export function decodedCaptures(encoded: Captures): Captures {
  const decoded: Record<string, string> = {};
  for (const name in encoded) {
    const value = encoded[name]!;
    decoded[name] = value.includes('%') ? decodedText(value) : value;
  }
  return decoded;
}

function decodedText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isGuarded({ listener }: CompiledListener, rule: CompiledRule): boolean {
  if (listener.policies !== undefined || rule.rule.policies.length > 0 || rule.extensions.length > 0) return true;
  return rule.split.refs.some((ref) => ref.extensions.length > 0);
}

function normalisedPrefix(value: string): string | null {
  const path = normalisePath(value);
  return path?.endsWith('/') ? path.slice(0, -1) : path;
}

/**
 * Which of two matches of the same hostname is tried first when both have the same kind of path: negative for `a`.
 * Longer path, then a method, more headers, more query parameters (Gateway API, HTTPRouteRule.matches), what a policy asks
 * for, then the rule's order, and at last the position in the rule.
 */
export function precedence(a: Candidate, b: Candidate): number {
  const left = a.match;
  const right = b.match;
  return (
    b.pathLength - a.pathLength ||
    Number(right.method !== '') - Number(left.method !== '') ||
    right.headers.length - left.headers.length ||
    right.query.length - left.query.length ||
    compare(a.tieBreak, b.tieBreak) ||
    compare(a.rule.rule.order, b.rule.rule.order) ||
    compare(a.rule.key, b.rule.key) ||
    a.index - b.index
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
