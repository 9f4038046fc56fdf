import type { BlockList } from 'node:net';
import { CONDITION_KINDS, type Condition, type PathTemplate, type Refinement } from '../../../ir/match.ts';
import { NO_CONDITIONS } from '../candidate.ts';
import { queryValue } from '../predicate.ts';
import type { RequestView } from '../request-view.ts';
import { ConditionCheck } from './condition.ts';
import { ExpressionCheck } from './expression.ts';
import { cookieOf } from './field.ts';
import { PathTemplateMatcher } from './path-template.ts';
import { rangeHas, rangesOf } from './search.ts';
import type { Found } from './text-template.ts';

/** What a policy asks for, ready to be asked. */
export class RefinementCheck {
  readonly entry: Refinement;
  readonly template: PathTemplateMatcher | null;
  private readonly headers: readonly ConditionCheck[];
  private readonly query: readonly ConditionCheck[];
  private readonly cookies: readonly ConditionCheck[];
  private readonly sources: BlockList | null;
  private readonly expression: ExpressionCheck | null;

  constructor(entry: Refinement) {
    this.entry = entry;
    this.template = entry.template === null ? null : new PathTemplateMatcher(entry.template);
    this.headers = entry.headers.map((condition) => new ConditionCheck(condition));
    this.query = entry.query.map((condition) => new ConditionCheck(condition));
    this.cookies = entry.cookies.map((condition) => new ConditionCheck(condition));
    this.sources = entry.sources.length === 0 ? null : rangesOf(entry.sources);
    this.expression = entry.expression === null ? null : new ExpressionCheck(entry.expression.root);
  }

  /** Whether it asks for anything beside the path. */
  get asksForMore(): boolean {
    const { expression, headers, query, cookies, sources } = this.entry;
    return expression !== null || headers.length + query.length + cookies.length + sources.length > 0;
  }

  holds(view: RequestView): boolean {
    if (this.template !== null && !this.template.test(view.path)) return false;
    for (const header of this.headers) if (!header.holds(view.header(header.name))) return false;
    for (const parameter of this.query) if (!parameter.holds(queryValue(view.query, parameter.name))) return false;
    for (const cookie of this.cookies) if (!cookie.holds(cookieOf(view, cookie.name))) return false;
    if (this.sources !== null && rangeHas(this.sources, view.clientAddress) !== true) return false;
    return this.expression === null || this.expression.holds(view);
  }

  /** The first thing that a request does not have, as a sentence; null when it has everything. */
  loss(view: RequestView): string | null {
    const { template, sources, expression } = this.entry;
    if (this.template !== null && !this.template.test(view.path)) {
      return `path ${view.path} does not match the template ${template!.text}`;
    }
    for (const header of this.headers) {
      const loss = header.loss(`header ${header.name}`, view.header(header.name));
      if (loss !== null) return loss;
    }
    for (const parameter of this.query) {
      const loss = parameter.loss(`query parameter ${parameter.name}`, queryValue(view.query, parameter.name));
      if (loss !== null) return loss;
    }
    for (const cookie of this.cookies) {
      const loss = cookie.loss(`cookie ${cookie.name}`, cookieOf(view, cookie.name));
      if (loss !== null) return loss;
    }
    if (this.sources !== null && rangeHas(this.sources, view.clientAddress) !== true) {
      return `client ${view.clientAddress || '(of no known address)'} is not in ${sources.join(', ')}`;
    }
    if (this.expression !== null && !this.expression.holds(view))
      return `the expression does not hold: ${expression!.text}`;
    return null;
  }

  /** What the values of headers, query and cookies capture. */
  capture(view: RequestView, found: Found): void {
    for (const header of this.headers) header.capture(view.header(header.name), found);
    for (const parameter of this.query) parameter.capture(queryValue(view.query, parameter.name), found);
    for (const cookie of this.cookies) cookie.capture(cookieOf(view, cookie.name), found);
  }
}

/** An entry is the same object for as long as it says the same. */
const checks = new WeakMap<Refinement, RefinementCheck>();

export function checkOf(entry: Refinement): RefinementCheck {
  const known = checks.get(entry);
  if (known !== undefined) return known;
  const made = new RefinementCheck(entry);
  checks.set(entry, made);
  return made;
}

/**
 * A text that sorts before that of another refinement when this one asks for more, or for as much in more telling ways: by the
 * kinds of its conditions, longer values first, then alphabetically.
 */
export function tieBreakOf({ headers, query, cookies, sources, expression }: Refinement): string {
  const conditions = [...headers, ...query, ...cookies];
  const count = conditions.length + (sources.length > 0 ? 1 : 0) + (expression === null ? 0 : 1);
  return count === 0 ? NO_CONDITIONS : [descending(count), ...conditions.map(rank).sort()].join('\n');
}

function rank({ kind, value }: Condition): string {
  return `${String.fromCharCode(0x61 + CONDITION_KINDS.indexOf(kind))}${descending(value.length)}${value}`;
}

function descending(count: number): string {
  return String(99_999 - count).padStart(5, '0');
}

/** Longer is more specific: by the literal elements at the beginning, then by the rest of it, patterns counting a little. */
export function templateLength({ segments, rest }: PathTemplate, prefix: string): number {
  const characters = segments.reduce(
    (sum, { literals, placeholders }) => sum + literals.join('').length + placeholders.length + 1,
    0,
  );
  const patterns = segments.flatMap(({ placeholders }) => placeholders).filter(({ pattern }) => pattern !== '').length;
  return (prefix.length * 4096 + characters) * 64 + Math.min(patterns, 31) * 2 + (rest === null ? 1 : 0);
}

/** Whether it has no placeholder before its rest, and is no other path in another case. */
export function isLiteral({ segments, caseSensitive }: PathTemplate): boolean {
  return segments.every(({ placeholders }) => placeholders.length === 0) && (caseSensitive || segments.length === 0);
}

/** The literal elements that a template begins with: in lower case unless case matters. */
export function literalPrefix(template: PathTemplate): string {
  const { segments, caseSensitive } = template;
  const isWhole = isLiteral(template) && template.rest === null;
  let prefix = '';
  for (const { literals, placeholders } of segments) {
    const [literal = ''] = literals;
    // A prefix has no empty elements.
    if (placeholders.length > 0 || (literal === '' && !isWhole)) break;
    prefix += `/${literal}`;
  }
  return caseSensitive ? prefix : prefix.toLowerCase();
}
