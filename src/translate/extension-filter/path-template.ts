import type { PathTemplate, PathVariable } from '../../ir/transcode.ts';

const FIELD = /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/y;
const LITERAL = /(?:[-A-Za-z0-9._~!$&'()+,;@]|%[0-9A-Fa-f]{2})+/y;

/** A path template as google/api/http.proto writes it; null for what is none. */
export function parsePathTemplate(text: string): PathTemplate | null {
  const parser = new Parser(text);
  return parser.template();
}

class Parser {
  readonly #text: string;
  readonly #segments: string[] = [];
  readonly #variables: PathVariable[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  template(): PathTemplate | null {
    if (!this.#takes('/')) return null;
    // The path of the root has one segment, which is empty.
    if (this.#text === '/') return { segments: [''], variables: [], verb: '' };
    if (!this.#list(true)) return null;
    const verb = this.#takes(':') ? this.#literal() : '';
    if (verb === null || this.#at < this.#text.length) return null;
    const segments = this.#segments;
    if (segments.slice(0, -1).includes('**')) return null;
    return { segments, variables: this.#variables, verb };
  }

  /** Variables are not nested. */
  #list(mayHaveVariables: boolean): boolean {
    do {
      if (this.#takes('{')) {
        if (!mayHaveVariables || !this.#variable()) return false;
      } else if (this.#takes('**')) this.#segments.push('**');
      else if (this.#takes('*')) this.#segments.push('*');
      else {
        const literal = this.#literal();
        if (literal === null) return false;
        this.#segments.push(literal);
      }
    } while (this.#takes('/'));
    return true;
  }

  #variable(): boolean {
    const field = this.#match(FIELD);
    if (field === null) return false;
    const from = this.#segments.length;
    if (!this.#takes('=')) this.#segments.push('*');
    else if (!this.#list(false)) return false;
    const to = this.#segments.at(-1) === '**' ? null : this.#segments.length;
    this.#variables.push({ field: field.split('.'), from, to });
    return this.#takes('}');
  }

  #literal(): string | null {
    const raw = this.#match(LITERAL);
    if (raw === null) return null;
    try {
      return decodeURIComponent(raw);
    } catch {
      return null;
    }
  }

  #takes(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return null;
    this.#at = pattern.lastIndex;
    return match[0];
  }
}

/** Negative when `a` is more specific: where they differ first, a literal, then one segment, then any number. */
export function compareTemplates(a: PathTemplate, b: PathTemplate): number {
  const length = Math.max(a.segments.length, b.segments.length);
  for (let index = 0; index < length; index++) {
    const difference = rank(a.segments[index]) - rank(b.segments[index]);
    if (difference !== 0) return difference;
  }
  return rank(a.verb === '' ? undefined : a.verb) - rank(b.verb === '' ? undefined : b.verb);
}

function rank(segment: string | undefined): number {
  if (segment === undefined) return 3;
  return segment === '**' ? 2 : segment === '*' ? 1 : 0;
}
