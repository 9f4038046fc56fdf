import { RE2JS } from 're2js';
import { isLinear } from './regex-linear.ts';
import { type CharacterClass, type Item, parseRegex, type Sequence } from './regex-syntax.ts';

/**
 * A regular expression of RE2's syntax that stands for a whole value, in time linear in the value.
 *
 * A pattern that is provably linear in a backtracking engine is written anew for V8, from its parsed form, so that no
 * difference between the two syntaxes can matter. All others run in re2js, some ten times slower.
 */
export class Pattern {
  readonly source: string;
  /** Why the pattern matches nothing; null when it is valid. */
  readonly problem: string | null;
  private readonly native: RegExp | null;
  private readonly re2: RE2JS | null;

  constructor(source: string) {
    const alternatives = parseRegex(source);
    let native: RegExp | null = null;
    let re2: RE2JS | null = null;
    let problem: string | null = null;
    if (alternatives !== null && isLinear(alternatives)) {
      native = new RegExp(`^(?:${written(alternatives)})$`, 'u');
    } else {
      try {
        re2 = RE2JS.compile(source);
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      }
    }
    this.source = source;
    this.problem = problem;
    this.native = native;
    this.re2 = re2;
  }

  /** Which engine runs it; `none` for a pattern that is not valid. */
  get engine(): 'v8' | 're2' | 'none' {
    return this.native !== null ? 'v8' : this.re2 !== null ? 're2' : 'none';
  }

  /** False for values of more than MAX_VALUE characters, whatever the pattern. */
  test(value: string): boolean {
    if (value.length > MAX_VALUE) return false;
    if (this.native !== null) return this.native.test(value);
    return this.re2?.testExact(value) ?? false;
  }
}

/** The longest value that a pattern is tried on, in UTF-16 code units. */
export const MAX_VALUE = 8192;

const patterns = new Map<string, WeakRef<Pattern>>();
const forgotten = new FinalizationRegistry<string>((source) => {
  if (patterns.get(source)?.deref() === undefined) patterns.delete(source);
});

/** The pattern of a source text; equal texts share one for as long as anybody holds it. */
export function patternOf(source: string): Pattern {
  const known = patterns.get(source)?.deref();
  if (known !== undefined) return known;
  const pattern = new Pattern(source);
  patterns.set(source, new WeakRef(pattern));
  forgotten.register(pattern, source);
  return pattern;
}

/** The groups of a pattern, which testing does not look at. */
export class Capturer {
  private readonly source: string;
  private re2: RE2JS | null;
  private names: readonly (readonly [name: string, group: number])[];

  constructor(source: string) {
    this.source = source;
    this.re2 = null;
    this.names = [];
  }

  /** By name, and by number from 1; groups that have no part in the match are left out. Null when the value does not match. */
  captures(value: string): Record<string, string> | null {
    if (value.length > MAX_VALUE) return null;
    this.re2 ??= this.compile();
    const matcher = this.re2.matcher(value);
    if (!matcher.matches()) return null;
    const found: Record<string, string> = {};
    for (const [name, group] of this.names) {
      const text = matcher.group(group);
      if (text !== null) found[name] = text;
    }
    return found;
  }

  private compile(): RE2JS {
    const re2 = RE2JS.compile(this.source);
    const numbers = Array.from({ length: re2.groupCount() }, (_, i) => [String(i + 1), i + 1] as const);
    this.names = [...numbers, ...Object.entries(re2.namedGroups())];
    return re2;
  }
}

const capturers = new WeakMap<Pattern, Capturer>();

/** The capturer of a valid pattern. */
export function capturerOf(pattern: Pattern): Capturer {
  const known = capturers.get(pattern);
  if (known !== undefined) return known;
  const made = new Capturer(pattern.source);
  capturers.set(pattern, made);
  return made;
}

function written(alternatives: readonly Sequence[]): string {
  return alternatives.map((sequence) => sequence.map(writtenItem).join('')).join('|');
}

function writtenItem(item: Item): string {
  if (item.kind === 'group') return `(?:${written(item.alternatives)})${item.optional ? '?' : ''}`;
  const { min, max } = item;
  const character = writtenClass(item.ranges);
  if (min === 1 && max === 1) return character;
  return `${character}{${min},${max === Number.POSITIVE_INFINITY ? '' : max}}`;
}

function writtenClass(ranges: CharacterClass): string {
  const parts: string[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    const low = codePoint(ranges[i]!);
    parts.push(ranges[i] === ranges[i + 1] ? low : `${low}-${codePoint(ranges[i + 1]!)}`);
  }
  return parts.length === 1 && !parts[0]!.includes('-') ? parts[0]! : `[${parts.join('')}]`;
}

function codePoint(code: number): string {
  return `\\u{${code.toString(16)}}`;
}
