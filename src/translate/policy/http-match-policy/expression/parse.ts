/** From words to a tree, by CEL's grammar; what the names and operators mean is for check.ts. */
import { ExpressionFault, type Token, tokens } from './token.ts';

export type Tree = { readonly at: number } & (
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Tree; readonly name: string }
  | { readonly kind: 'item'; readonly of: Tree; readonly key: Tree }
  /** `of` is null for a function that is not called on anything. */
  | { readonly kind: 'call'; readonly of: Tree | null; readonly name: string; readonly parameters: readonly Tree[] }
  | { readonly kind: 'list'; readonly items: readonly Tree[] }
  | { readonly kind: 'unary'; readonly operator: '!' | '-'; readonly of: Tree }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Tree; readonly right: Tree }
  | { readonly kind: 'conditional'; readonly test: Tree; readonly yes: Tree; readonly no: Tree }
);

/** Weakest first. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!=', '<=', '>=', '<', '>', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
];

const MAX_DEPTH = 24;
const MAX_NODES = 200;

/** Throws an ExpressionFault. */
export function parse(text: string): Tree {
  return new Parser(tokens(text)).parse();
}

class Parser {
  private readonly tokens: readonly Token[];
  private next: number;
  private depth: number;
  private nodes: number;

  constructor(words: readonly Token[]) {
    this.tokens = words;
    this.next = 0;
    this.depth = 0;
    this.nodes = 0;
  }

  parse(): Tree {
    const tree = this.expression();
    const rest = this.token;
    if (rest.kind !== 'end') throw this.unexpected();
    return tree;
  }

  private get token(): Token {
    return this.tokens[this.next]!;
  }

  private expression(): Tree {
    const { at } = this.token;
    if (++this.depth > MAX_DEPTH) throw new ExpressionFault(`is nested more than ${MAX_DEPTH} levels deep`, at);
    const test = this.binary(0);
    let tree = test;
    if (this.take('?')) {
      const yes = this.binary(0);
      this.expect(':');
      tree = this.node({ kind: 'conditional', test, yes, no: this.expression(), at });
    }
    this.depth--;
    return tree;
  }

  private binary(level: number): Tree {
    const operators = LEVELS[level];
    if (operators === undefined) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const { at, kind, value } = this.token;
      if ((kind !== 'symbol' && value !== 'in') || kind === 'text' || !operators.includes(value)) return left;
      this.next++;
      left = this.node({ kind: 'binary', operator: value, left, right: this.binary(level + 1), at });
    }
  }

  private unary(): Tree {
    const { at, kind, value } = this.token;
    if (kind !== 'symbol' || (value !== '!' && value !== '-')) return this.member();
    this.next++;
    if (++this.depth > MAX_DEPTH) throw new ExpressionFault(`is nested more than ${MAX_DEPTH} levels deep`, at);
    const tree = this.node({ kind: 'unary', operator: value, of: this.unary(), at });
    this.depth--;
    return tree;
  }

  private member(): Tree {
    let tree = this.primary();
    for (;;) {
      const { at } = this.token;
      if (this.take('.')) {
        const name = this.name();
        const parameters = this.take('(') ? this.list(')') : null;
        tree =
          parameters === null
            ? this.node({ kind: 'member', of: tree, name, at })
            : this.node({ kind: 'call', of: tree, name, parameters, at });
      } else if (this.take('[')) {
        const key = this.expression();
        this.expect(']');
        tree = this.node({ kind: 'item', of: tree, key, at });
      } else {
        return tree;
      }
    }
  }

  private primary(): Tree {
    const { at, kind, value } = this.token;
    if (kind === 'text') {
      this.next++;
      return this.node({ kind: 'literal', value, at });
    }
    if (kind === 'integer') {
      this.next++;
      const number = Number(value);
      if (!Number.isSafeInteger(number)) throw new ExpressionFault(`${value} is more than 2^53 - 1`, at);
      return this.node({ kind: 'literal', value: number, at });
    }
    if (kind === 'name') {
      const name = this.name();
      if (name === 'true' || name === 'false') return this.node({ kind: 'literal', value: name === 'true', at });
      if (!this.take('(')) return this.node({ kind: 'name', name, at });
      return this.node({ kind: 'call', of: null, name, parameters: this.list(')'), at });
    }
    if (this.take('(')) {
      const tree = this.expression();
      this.expect(')');
      return tree;
    }
    if (this.take('[')) return this.node({ kind: 'list', items: this.list(']'), at });
    throw this.unexpected();
  }

  /** What stands between commas before `end`, which is taken too. */
  private list(end: string): Tree[] {
    const items: Tree[] = [];
    if (this.take(end)) return items;
    do items.push(this.expression());
    while (this.take(','));
    this.expect(end);
    return items;
  }

  private name(): string {
    const { kind, value } = this.token;
    if (kind !== 'name' || value === 'in') throw this.unexpected();
    this.next++;
    return value;
  }

  private take(symbol: string): boolean {
    const { kind, value } = this.token;
    if (kind !== 'symbol' || value !== symbol) return false;
    this.next++;
    return true;
  }

  private expect(symbol: string): void {
    if (!this.take(symbol)) throw this.unexpected(`, ${JSON.stringify(symbol)} is expected`);
  }

  private unexpected(instead = ''): ExpressionFault {
    const { at, kind, value } = this.token;
    const found = kind === 'end' ? 'the expression ends here' : `${JSON.stringify(value)} cannot stand here`;
    return new ExpressionFault(`${found}${instead}`, at);
  }

  private node(tree: Tree): Tree {
    if (++this.nodes > MAX_NODES) throw new ExpressionFault(`has more than ${MAX_NODES} parts`, tree.at);
    return tree;
  }
}
