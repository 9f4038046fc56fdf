import type { Match, ValueMatch } from '../../ir/match.ts';
import { type Pattern, patternOf } from './regex.ts';
import type { RequestView } from './request-view.ts';

/** What a match asks of a request besides its path. */
export class Predicate {
  readonly method: string;
  readonly headers: readonly ValuePredicate[];
  readonly query: readonly ValuePredicate[];
  /** Of a pattern that goes behind prefixes, and so is found as the empty prefix is; null of all others. */
  readonly path: Pattern | null;
  /** Whether it asks for nothing, and so always holds. */
  readonly empty: boolean;

  constructor(match: Match, asksForMore = false) {
    this.method = match.method;
    this.headers = match.headers.map((header) => new ValuePredicate(header));
    this.query = match.query.map((parameter) => new ValuePredicate(parameter));
    this.path = match.path.afterPrefixes === true ? patternOf(match.path.value) : null;
    this.empty = !asksForMore && asksForNothing(match);
  }

  holds(view: RequestView): boolean {
    if (this.method !== '' && this.method !== view.method) return false;
    if (this.path !== null && !this.path.test(view.path)) return false;
    for (let i = 0; i < this.headers.length; i++) {
      const header = this.headers[i]!;
      const value = view.header(header.name);
      if (value === null || !header.accepts(value)) return false;
    }
    for (let i = 0; i < this.query.length; i++) {
      const parameter = this.query[i]!;
      const value = queryValue(view.query, parameter.name);
      if (value === null || !parameter.accepts(value)) return false;
    }
    return true;
  }
}

/** Of a match that asks for nothing besides a path, as most do: one for all of them. */
const EMPTY = new Predicate({ path: { kind: 'prefix', value: '/' }, headers: [], query: [], method: '' });

export function predicateOf(match: Match): Predicate {
  return asksForNothing(match) ? EMPTY : new Predicate(match);
}

/** Whether what the path is found by is all that it asks for. */
function asksForNothing({ headers, method, path, query }: Match): boolean {
  return method === '' && headers.length === 0 && query.length === 0 && path.afterPrefixes === undefined;
}

export class ValuePredicate {
  readonly name: string;
  readonly value: string;
  /** Null for an exact value. */
  readonly pattern: Pattern | null;

  constructor(match: ValueMatch) {
    this.name = match.name;
    this.value = match.value;
    this.pattern = match.kind === 'regex' ? patternOf(match.value) : null;
  }

  accepts(value: string): boolean {
    return this.pattern === null ? value === this.value : this.pattern.test(value);
  }
}

const AMPERSAND = 0x26;
const EQUALS = 0x3d;
const PERCENT = 0x25;
const PLUS = 0x2b;

/**
 * The first value of a query parameter, decoded as a form is (`+` and `%20` are spaces); `''` when it has no `=`, null
 * when it is absent. Names compare decoded too. The first one counts when a name is repeated, as Gateway API recommends.
 * An escape that is not one, or is not UTF-8, stands for itself.
 */
export function queryValue(query: string, name: string): string | null {
  for (let start = 1; start < query.length; ) {
    let equals = -1;
    let encodedName = false;
    let encodedValue = false;
    let end = start;
    for (; end < query.length; end++) {
      const code = query.charCodeAt(end);
      if (code === AMPERSAND) break;
      if (code === EQUALS && equals === -1) equals = end;
      else if (code === PERCENT || code === PLUS) {
        if (equals === -1) encodedName = true;
        else encodedValue = true;
      }
    }
    const nameEnd = equals === -1 ? end : equals;
    const found = encodedName
      ? decoded(query.slice(start, nameEnd)) === name
      : nameEnd - start === name.length && query.startsWith(name, start);
    if (found && end > start) {
      if (equals === -1) return '';
      const value = query.slice(equals + 1, end);
      return encodedValue ? decoded(value) : value;
    }
    start = end + 1;
  }
  return null;
}

function decoded(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
