import type { TextTemplate } from '../../../ir/match.ts';
import { Capturer, type Pattern, patternOf } from '../regex.ts';

/** Values of placeholders as they are found. */
export type Found = Record<string, string>;

/**
 * A text with placeholders against a part of a longer text, in one pass: since the first placeholder takes as much as
 * possible, the literals are looked for from the end.
 */
export class TextMatcher {
  private readonly literals: readonly string[];
  private readonly names: readonly string[];
  /** Null unless a placeholder has a pattern. */
  private readonly pattern: Pattern | null;
  private readonly capturer: Capturer | null;

  /** `any` is the pattern of a placeholder that has none. */
  constructor({ literals, placeholders }: TextTemplate, ignoresCase: boolean, any: string) {
    const hasPattern = placeholders.some(({ pattern }) => pattern !== '');
    const write = (placeholder: (name: string, pattern: string) => string): string => {
      const parts = placeholders.map(
        ({ name, pattern }, i) => placeholder(name, pattern || any) + quoted(literals[i + 1]!),
      );
      return `${ignoresCase ? '(?i)' : ''}${quoted(literals[0]!)}${parts.join('')}`;
    };
    this.literals = ignoresCase ? literals.map((literal) => literal.toLowerCase()) : literals;
    this.names = placeholders.map(({ name }) => name);
    this.pattern = hasPattern ? patternOf(write((_, pattern) => `(?:${pattern})`)) : null;
    this.capturer = hasPattern ? new Capturer(write((name, pattern) => `(?P<${name}>${pattern})`)) : null;
  }

  /** Whether it begins with a literal that is all of it. */
  get isLiteral(): boolean {
    return this.names.length === 0;
  }

  /**
   * Whether `text[start, end)` fits. What is found is put into `found` if it is there, as `original` has it: the same text before
   * its case was ignored.
   */
  test(text: string, original: string, start: number, end: number, found: Found | null): boolean {
    if (this.pattern !== null) return this.testPattern(original.slice(start, end), found);
    const { literals, names } = this;
    const first = literals[0]!;
    if (names.length === 0) return end - start === first.length && text.startsWith(first, start);
    const last = literals[names.length]!;
    const from = start + first.length;
    let to = end - last.length;
    if (to <= from || !text.startsWith(first, start) || !text.startsWith(last, to)) return false;
    for (let i = names.length - 1; i > 0; i--) {
      const literal = literals[i]!;
      // A placeholder stands for one character at least.
      const at = text.lastIndexOf(literal, to - 1 - literal.length);
      if (at <= from) return false;
      if (found !== null) found[names[i]!] = original.slice(at + literal.length, to);
      to = at;
    }
    if (found !== null) found[names[0]!] = original.slice(from, to);
    return true;
  }

  private testPattern(text: string, found: Found | null): boolean {
    if (found === null) return this.pattern!.test(text);
    const captures = this.capturer!.captures(text);
    if (captures === null) return false;
    for (const name of this.names) found[name] = captures[name] ?? '';
    return true;
  }
}

function quoted(literal: string): string {
  return literal.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}
