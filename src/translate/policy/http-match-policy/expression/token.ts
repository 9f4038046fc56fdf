/** The words of an expression (the CEL specification, "Syntax"). */

export type Token = {
  readonly kind: 'text' | 'integer' | 'name' | 'symbol' | 'end';
  /** A text without quotes, its escapes resolved. */
  readonly value: string;
  /** Where it begins, from 0. */
  readonly at: number;
};

/** What is wrong with an expression, as the rest of a sentence that begins with the field. */
export class ExpressionFault extends Error {
  constructor(message: string, at: number) {
    super(`at character ${at + 1}: ${message}`);
  }
}

const SPACE = /[\t\n\f\r ]+|\/\/[^\n]*/y;
const INTEGER = /(?:0x[0-9A-Fa-f]+|[0-9]+)(?![0-9A-Za-z_.])/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const SYMBOL = /&&|\|\||==|!=|<=|>=|[<>+\-*/%!?:.,()[\]]/y;
const QUOTE = /([rR]?)("""|'''|"|')/y;

/** Throws an ExpressionFault. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  };
  while (at < text.length) {
    const space = take(SPACE);
    if (space !== null) {
      at += space.length;
      continue;
    }
    const start = at;
    // In this order: r"…" would begin like a name.
    const quoted = quotedText(text, at);
    if (quoted !== null) {
      at = quoted.end;
      found.push({ kind: 'text', value: quoted.value, at: start });
      continue;
    }
    const [kind, value] = plainToken(take, text, at);
    at += value.length;
    found.push({ kind, value, at: start });
  }
  found.push({ kind: 'end', value: '', at: text.length });
  return found;
}

function plainToken(
  take: (pattern: RegExp) => string | null,
  text: string,
  at: number,
): ['integer' | 'name' | 'symbol', string] {
  const integer = take(INTEGER);
  if (integer !== null) return ['integer', integer];
  const name = take(NAME);
  if (name !== null) return ['name', name];
  const symbol = take(SYMBOL);
  if (symbol !== null) return ['symbol', symbol];
  const isNumber = /[0-9]/.test(text[at]!);
  throw new ExpressionFault(
    isNumber ? 'only whole numbers are known' : `${JSON.stringify(text[at])} has no meaning here`,
    at,
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '?': '?',
  '"': '"',
  "'": "'",
  '`': '`',
};

function quotedText(text: string, start: number): { value: string; end: number } | null {
  QUOTE.lastIndex = start;
  const opening = QUOTE.exec(text);
  if (opening === null) return null;
  const isRaw = opening[1] !== '';
  const quote = opening[2]!;
  let value = '';
  let at = start + opening[0].length;
  while (!text.startsWith(quote, at)) {
    const character = text[at];
    if (character === undefined || (character === '\n' && quote.length === 1)) {
      throw new ExpressionFault('the text has no end', start);
    }
    if (character === '\\' && !isRaw) {
      const [resolved, length] = escaped(text, at);
      value += resolved;
      at += length;
    } else {
      value += character;
      at++;
    }
  }
  return { value, end: at + quote.length };
}

const CODE = /\\(?:[xX]([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-3][0-7]{2}))/y;

function escaped(text: string, at: number): [string, number] {
  const simple = ESCAPES[text[at + 1] ?? ''];
  if (simple !== undefined) return [simple, 2];
  CODE.lastIndex = at;
  const found = CODE.exec(text);
  if (found !== null) {
    const [whole, x, u, long, octal] = found;
    const code = octal === undefined ? Number.parseInt((x ?? u ?? long)!, 16) : Number.parseInt(octal, 8);
    if (code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)) return [String.fromCodePoint(code), whole.length];
  }
  throw new ExpressionFault(`${JSON.stringify(text.slice(at, at + 2))} is no escape`, at);
}
