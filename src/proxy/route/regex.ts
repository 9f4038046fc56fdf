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
    const parsed = parseRegex(source);
    let native: RegExp | null = null;
    let re2: RE2JS | null = null;
    let problem: string | null = null;
    if (parsed !== null && hasDistinctNames(parsed.alternatives) && isLinear(parsed.alternatives)) {
      native = new RegExp(`^(?:${written(parsed.alternatives, false)})$`, 'u');
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

type Group = { readonly name: string; readonly index: number };

/** The groups of a pattern, which testing does not look at. */
export class Capturer {
  private readonly source: string;
  private isCompiled: boolean;
  private native: RegExp | null;
  private re2: RE2JS | null;
  private groups: readonly Group[];

  /** A valid pattern. */
  constructor(source: string) {
    this.source = source;
    this.isCompiled = false;
    this.native = null;
    this.re2 = null;
    this.groups = [];
  }

  /** By name, and by number from 1; groups that have no part in the match are left out. Null when the value does not match. */
  captures(value: string): Record<string, string> | null {
    if (value.length > MAX_VALUE) return null;
    if (!this.isCompiled) this.compile();
    const texts = this.native === null ? this.re2!.exec(value) : this.native.exec(value);
    if (texts === null) return null;
    const found: Record<string, string> = {};
    for (const { name, index } of this.groups) {
      const text = texts[index] as string | null | undefined;
      if (text !== null && text !== undefined) found[name] = text;
    }
    return found;
  }

  private compile(): void {
    const { source } = this;
    const parsed = parseRegex(source);
    const re2 = RE2JS.compile(`^(?:${source})$`);
    // Which of several matches it is does not matter to a test, but to captures.
    if (parsed !== null && !parsed.isLazy && isLinear(parsed.alternatives)) {
      this.native = new RegExp(`^(?:${written(parsed.alternatives, true)})$`, 'u');
    } else {
      this.re2 = re2;
    }
    const numbers = Array.from({ length: re2.groupCount() }, (_, i) => ({ name: String(i + 1), index: i + 1 }));
    const names = Object.entries(re2.namedGroups()).map(([name, index]) => ({ name, index }));
    this.groups = [...numbers, ...names];
    this.isCompiled = true;
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

/** RE2 refuses a name that is there twice. */
function hasDistinctNames(alternatives: readonly Sequence[]): boolean {
  const names = [...namesIn(alternatives)];
  return new Set(names).size === names.length;
}

function* namesIn(alternatives: readonly Sequence[]): Generator<string> {
  for (const item of alternatives.flat()) {
    if (item.kind !== 'group') continue;
    if (item.name) yield item.name;
    yield* namesIn(item.alternatives);
  }
}

function written(alternatives: readonly Sequence[], captures: boolean): string {
  return alternatives.map((sequence) => sequence.map((item) => writtenItem(item, captures)).join('')).join('|');
}

function writtenItem(item: Item, captures: boolean): string {
  if (item.kind === 'group') {
    const opening = captures && item.name !== null ? '(' : '(?:';
    return `${opening}${written(item.alternatives, captures)})${item.optional ? '?' : ''}`;
  }
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
