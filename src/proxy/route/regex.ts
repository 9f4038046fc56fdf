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
