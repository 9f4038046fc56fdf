/** Templates of paths and values, from the text of a policy to the form that proxies match. */
import { RE2JS } from 're2js';
import type { PathTemplate, Placeholder, TextTemplate } from '../../../ir/match.ts';

/** What is wrong with a template, as the rest of a sentence that begins with the field. */
export class TemplateFault extends Error {}

type Piece = string | (Placeholder & { readonly isRest: boolean });

/** Throws a TemplateFault. */
export function pathTemplate(text: string, caseSensitive: boolean): PathTemplate {
  if (!text.startsWith('/')) throw new TemplateFault(`must begin with "/", not ${JSON.stringify(text)}`);
  const segments: TextTemplate[] = [];
  let current = new TextBuilder();
  let rest: string | null = null;
  for (const piece of pieces(text.slice(1))) {
    if (rest !== null) throw new TemplateFault(`{${rest}*} must be the last thing of the template`);
    if (typeof piece !== 'string') {
      if (piece.isRest) {
        if (!current.isEmpty) throw new TemplateFault(`{${piece.name}*} must be a whole element of the path`);
        rest = piece.name;
      } else {
        current.place(piece);
      }
      continue;
    }
    const [first, ...more] = piece.split('/');
    current.append(first!);
    for (const part of more) {
      segments.push(current.build(pathText));
      current = new TextBuilder();
      current.append(part);
    }
  }
  if (rest === null) segments.push(current.build(pathText));
  if (segments.slice(0, rest === null ? -1 : undefined).some(isBlank)) {
    throw new TemplateFault('must not have "//": no request path has it');
  }
  return { text, caseSensitive, segments, rest };
}

/** Throws a TemplateFault. */
export function textTemplate(text: string): TextTemplate {
  const builder = new TextBuilder();
  for (const piece of pieces(text)) {
    if (typeof piece === 'string') builder.append(piece);
    else if (piece.isRest) throw new TemplateFault(`{${piece.name}*} has a meaning in paths only`);
    else builder.place(piece);
  }
  const template = builder.build((literal) => literal);
  if (template.placeholders.length === 0) throw new TemplateFault('must have a placeholder such as {name}');
  return template;
}

function isBlank({ literals, placeholders }: TextTemplate): boolean {
  return placeholders.length === 0 && literals[0] === '';
}

class TextBuilder {
  private readonly literals: string[];
  private readonly placeholders: Placeholder[];

  constructor() {
    this.literals = [''];
    this.placeholders = [];
  }

  get isEmpty(): boolean {
    return this.placeholders.length === 0 && this.literals[0] === '';
  }

  append(text: string): void {
    this.literals[this.literals.length - 1] += text;
  }

  place({ name, pattern }: Placeholder): void {
    const before = this.placeholders.at(-1);
    if (before !== undefined && this.literals.at(-1) === '') {
      throw new TemplateFault(`{${before.name}} and {${name}} must have text between them`);
    }
    this.placeholders.push({ name, pattern });
    this.literals.push('');
  }

  build(literal: (text: string) => string): TextTemplate {
    const { placeholders } = this;
    if (placeholders.length === 0 && /^\.\.?(?:;|$)/.test(this.literals[0]!)) {
      throw new TemplateFault(`must not have the element ${JSON.stringify(this.literals[0])}: no request path has it`);
    }
    return { literals: this.literals.map(literal), placeholders };
  }
}

/** The form that request paths have when they are matched. */
function pathText(text: string): string {
  const wrong = /%00|%(?![0-9A-Fa-f]{2})|[^!-~]|[\\?#]/.exec(text);
  if (wrong !== null) {
    throw new TemplateFault(`must not have ${JSON.stringify(wrong[0])}: no request path has it unless percent-encoded`);
  }
  return text.replace(/%([0-9A-Fa-f]{2})/g, (encoded, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : encoded.toUpperCase();
  });
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}/;

function* pieces(text: string): Generator<Piece> {
  let at = 0;
  while (at < text.length) {
    const brace = text.slice(at).search(/[{}]/);
    if (brace === -1) {
      yield text.slice(at);
      return;
    }
    if (brace > 0) yield text.slice(at, at + brace);
    at += brace;
    if (text[at] === '}') throw new TemplateFault(`has a "}" without a "{": ${JSON.stringify(text)}`);
    const end = closing(text, at);
    yield placeholder(text.slice(at + 1, end));
    at = end + 1;
  }
}

/** Where the placeholder that begins at `start` ends. Braces in its pattern come in pairs, are escaped or in a class. */
function closing(text: string, start: number): number {
  let depth = 0;
  let inClass = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return at;
  }
  throw new TemplateFault(`has a "{" without a "}": ${JSON.stringify(text)}`);
}

function placeholder(inside: string): Placeholder & { isRest: boolean } {
  const name = NAME.exec(inside)?.[0] ?? '';
  const after = inside.slice(name.length);
  if (name === '' || (after !== '' && after !== '*' && !after.startsWith(':'))) {
    const wrong = JSON.stringify(`{${inside}}`);
    throw new TemplateFault(`${wrong} must be {name}, {name:pattern} or {name*}, and a name letters, digits and "_"`);
  }
  return { name, pattern: after.startsWith(':') ? patternOf(name, after.slice(1)) : '', isRest: after === '*' };
}

function patternOf(name: string, pattern: string): string {
  if (pattern === '') throw new TemplateFault(`{${name}:} must have a pattern behind the colon`);
  let groups: number;
  try {
    groups = RE2JS.compile(pattern).groupCount();
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error);
    throw new TemplateFault(`{${name}}: ${JSON.stringify(pattern)} is not a regular expression of RE2: ${reason}`);
  }
  if (groups > 0) throw new TemplateFault(`{${name}}: the pattern must have no groups but (?:…)`);
  return pattern;
}
