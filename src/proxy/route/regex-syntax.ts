/**
 * The part of RE2's syntax that we can prove harmless: literals, `.`, classes, `\d \w \s` and their complements, groups,
 * alternation, `? * + {n,m}` on one character and `?` on a group, anchors at the two ends. Everything else, valid or not,
 * is left to the RE2 engine. A pattern always stands for the whole value, so laziness matters to captures only.
 */

/** Sorted, disjoint, inclusive code point ranges: `[low, high, low, high, …]`. */
export type CharacterClass = readonly number[];

export type Item =
  | { readonly kind: 'class'; readonly ranges: CharacterClass; readonly min: number; readonly max: number }
  | {
      readonly kind: 'group';
      readonly alternatives: readonly Sequence[];
      readonly optional: boolean;
      /** Null: it captures nothing; `''`: it has a number only. */
      readonly name: string | null;
    };
export type Sequence = readonly Item[];

export type Parsed = {
  readonly alternatives: readonly Sequence[];
  /** Whether a repetition wants as little as possible. */
  readonly isLazy: boolean;
};

/** Null when the pattern holds anything that is not in our part. */
export function parseRegex(source: string): Parsed | null {
  const parser = new Parser(source);
  try {
    return { alternatives: parser.parse(), isLazy: parser.isLazy };
  } catch (problem) {
    if (problem === NOT_OURS) return null;
    throw problem;
  }
}

const NOT_OURS = Symbol('a construct that is left to the RE2 engine');
const LAST_CODE_POINT = 0x10ffff;
const MAX_DEPTH = 16;
/** Counted repetitions above this are left to the RE2 engine. */
const MAX_COUNT = 100;

const DIGIT = [0x30, 0x39];
const WORD = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
/** RE2's `\s`: tab, newline, form feed, carriage return, space. JavaScript's has many more. */
const SPACE = [0x09, 0x0a, 0x0c, 0x0d, 0x20, 0x20];
/** RE2's `.` leaves out newline alone; JavaScript's leaves out four characters. */
const DOT = complement([0x0a, 0x0a]);

class Parser {
  isLazy: boolean;
  private readonly characters: readonly string[];
  private at: number;

  constructor(source: string) {
    this.isLazy = false;
    this.characters = [...source];
    this.at = 0;
  }

  parse(): readonly Sequence[] {
    const alternatives = this.alternatives(0);
    if (this.at < this.characters.length) throw NOT_OURS;
    return alternatives;
  }

  private alternatives(depth: number): Sequence[] {
    if (depth > MAX_DEPTH) throw NOT_OURS;
    const alternatives = [this.sequence(depth)];
    while (this.take('|')) alternatives.push(this.sequence(depth));
    return alternatives;
  }

  private sequence(depth: number): Sequence {
    const items: Item[] = [];
    // Anchors mean nothing at the two ends of a pattern that stands for the whole value, and only there.
    if (depth === 0) this.take('^');
    for (;;) {
      const next = this.characters[this.at];
      if (next === undefined || next === '|' || next === ')') return items;
      if (next === '$') {
        this.at++;
        const after = this.characters[this.at];
        if (depth > 0 || (after !== undefined && after !== '|')) throw NOT_OURS;
        return items;
      }
      items.push(next === '(' ? this.group(depth) : this.character());
    }
  }

  private group(depth: number): Item {
    this.at++;
    const name = this.take('?') ? this.groupName() : '';
    const alternatives = this.alternatives(depth + 1);
    if (!this.take(')')) throw NOT_OURS;
    const optional = this.take('?');
    if (optional) this.takeLazy();
    this.refuseRepetition();
    return { kind: 'group', alternatives, optional, name };
  }

  private character(): Item {
    const ranges = this.oneCharacter();
    let min = 1;
    let max = 1;
    if (this.take('*')) [min, max] = [0, Number.POSITIVE_INFINITY];
    else if (this.take('+')) [min, max] = [1, Number.POSITIVE_INFINITY];
    else if (this.take('?')) [min, max] = [0, 1];
    else if (this.characters[this.at] === '{') [min, max] = this.counts();
    else return { kind: 'class', ranges, min, max };
    this.takeLazy();
    this.refuseRepetition();
    return { kind: 'class', ranges, min, max };
  }

  /** Of `(?:`, `(?<name>` or `(?P<name>`, behind the question mark. */
  private groupName(): string | null {
    if (this.take(':')) return null;
    const text = this.characters.slice(this.at, this.at + 70).join('');
    const found = /^P?<([A-Za-z_][A-Za-z0-9_]{0,63})>/.exec(text);
    if (found === null) throw NOT_OURS;
    this.at += found[0].length;
    return found[1]!;
  }

  private takeLazy(): void {
    if (this.take('?')) this.isLazy = true;
  }

  private refuseRepetition(): void {
    const next = this.characters[this.at];
    if (next === '*' || next === '+' || next === '?' || next === '{') throw NOT_OURS;
  }

  private counts(): [number, number] {
    const text = this.characters.slice(this.at, this.at + 10).join('');
    const found = /^\{(\d{1,3})(,(\d{1,3})?)?\}/.exec(text);
    if (found === null) throw NOT_OURS;
    this.at += found[0].length;
    const min = Number(found[1]);
    const max = found[2] === undefined ? min : found[3] === undefined ? Number.POSITIVE_INFINITY : Number(found[3]);
    const largest = max === Number.POSITIVE_INFINITY ? min : max;
    if (min > max || largest > MAX_COUNT || max === 0) throw NOT_OURS;
    return [min, max];
  }

  private oneCharacter(): CharacterClass {
    const character = this.characters[this.at++]!;
    if (character === '.') return DOT;
    if (character === '[') return this.bracket();
    if (character === '\\') return this.escape();
    if ('*+?{^'.includes(character)) throw NOT_OURS;
    return single(character);
  }

  private escape(): CharacterClass {
    const character = this.characters[this.at++];
    if (character === undefined) throw NOT_OURS;
    const known = ESCAPES.get(character);
    if (known !== undefined) return known;
    const code = character.codePointAt(0)!;
    if (code >= 0x80 || /[A-Za-z0-9\0-\x20_\x7f]/.test(character)) throw NOT_OURS;
    return single(character);
  }

  private bracket(): CharacterClass {
    const negated = this.take('^');
    const ranges: [number, number][] = [];
    for (let first = true; ; first = false) {
      const character = this.characters[this.at];
      if (character === undefined) throw NOT_OURS;
      if (character === ']' && !first) break;
      this.bracketItem(first, ranges);
    }
    this.at++;
    const union = merge(ranges);
    const result = negated ? complement(union) : union;
    if (result.length === 0) throw NOT_OURS;
    return result;
  }

  private bracketItem(first: boolean, ranges: [number, number][]): void {
    const low = this.bracketCharacter(first);
    for (let i = 0; i < low.length; i += 2) ranges.push([low[i]!, low[i + 1]!]);
    const last = this.characters[this.at + 1];
    if (this.characters[this.at] !== '-' || last === undefined || last === ']') return;
    this.at++;
    const high = this.bracketCharacter(false);
    if (!isSingle(low) || !isSingle(high) || low[0]! > high[0]!) throw NOT_OURS;
    ranges.push([low[0]!, high[0]!]);
  }

  private bracketCharacter(first: boolean): CharacterClass {
    const character = this.characters[this.at++]!;
    if (character === '\\') return this.escape();
    if (character === '[') throw NOT_OURS; // maybe a POSIX class
    if (character === '-' && !first && this.characters[this.at] !== ']') throw NOT_OURS;
    return single(character);
  }

  private take(character: string): boolean {
    if (this.characters[this.at] !== character) return false;
    this.at++;
    return true;
  }
}

const ESCAPES = new Map<string, CharacterClass>([
  ['d', DIGIT],
  ['D', complement(DIGIT)],
  ['w', WORD],
  ['W', complement(WORD)],
  ['s', SPACE],
  ['S', complement(SPACE)],
  ['t', [0x09, 0x09]],
  ['n', [0x0a, 0x0a]],
  ['f', [0x0c, 0x0c]],
  ['r', [0x0d, 0x0d]],
]);

function single(character: string): CharacterClass {
  const code = character.codePointAt(0)!;
  if (code >= 0xd800 && code <= 0xdfff) throw NOT_OURS;
  return [code, code];
}

function isSingle(ranges: CharacterClass): boolean {
  return ranges.length === 2 && ranges[0] === ranges[1];
}

function merge(ranges: [number, number][]): CharacterClass {
  ranges.sort((a, b) => a[0] - b[0]);
  const merged: number[] = [];
  for (const [low, high] of ranges) {
    if (merged.length > 0 && low <= merged[merged.length - 1]! + 1) {
      merged[merged.length - 1] = Math.max(merged[merged.length - 1]!, high);
    } else {
      merged.push(low, high);
    }
  }
  return merged;
}

function complement(ranges: CharacterClass): CharacterClass {
  const rest: number[] = [];
  let from = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    if (ranges[i]! > from) rest.push(from, ranges[i]! - 1);
    from = ranges[i + 1]! + 1;
  }
  if (from <= LAST_CODE_POINT) rest.push(from, LAST_CODE_POINT);
  return rest;
}
