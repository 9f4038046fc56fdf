import { RE2JS } from 're2js';
import type { PathMatch } from '../../../ir/match.ts';
import type { Visit } from '../../policy/visit.ts';

const patterns = new WeakMap<PathMatch, { readonly compiled: RE2JS; readonly named: ReadonlySet<string> }>();

/** What the match that led here captured under a name, as it stands in the path; null for nothing. */
export function captureOf({ head, match }: Visit, name: string): string | null {
  const { path } = match.rule.rule.matches[match.index]!;
  if (path.kind !== 'regex') return null;
  let pattern = patterns.get(path);
  if (pattern === undefined) {
    const compiled = RE2JS.compile(path.value);
    pattern = { compiled, named: new Set(Object.keys(compiled.namedGroups())) };
    patterns.set(path, pattern);
  }
  const matcher = pattern.compiled.matcher(head.path);
  if (!matcher.matches()) return null;
  const number = Number(name);
  if (pattern.named.has(name)) return matcher.group(name);
  return Number.isInteger(number) && number > 0 && number <= matcher.groupCount() ? matcher.group(number) : null;
}
