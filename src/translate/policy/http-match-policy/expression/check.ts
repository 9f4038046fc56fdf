/** From a tree to an expression whose types fit: what the names and operators of our part of CEL mean. */
import { type Expression, MAP_FIELDS, type MapField, TEXT_FIELDS, type TextField } from '../../../../ir/expression.ts';
import { call } from './call.ts';
import { FIELDS } from './known.ts';
import { parse, type Tree } from './parse.ts';
import { ExpressionFault } from './token.ts';

export type Type = 'bool' | 'int' | 'text' | 'list of bool' | 'list of int' | 'list of text';
export type Typed = { readonly type: Type; readonly expression: Expression };

/** The expression of a policy. Throws an ExpressionFault. */
export function checkedExpression(text: string): Expression {
  return new Checker(null).as('bool', parse(text));
}

const LIST_OF = { bool: 'list of bool', int: 'list of int', text: 'list of text' } as const;
const ITEM_OF = { 'list of bool': 'bool', 'list of int': 'int', 'list of text': 'text' } as const;

export function itemOf(type: Type): 'bool' | 'int' | 'text' | null {
  return type in ITEM_OF ? ITEM_OF[type as keyof typeof ITEM_OF] : null;
}

/** What each element of a list is called where `exists` or `all` look at it. */
export type Element = { readonly name: string; readonly type: Type };

export class Checker {
  /** Null outside of `exists` and `all`. */
  readonly element: Element | null;

  constructor(element: Element | null) {
    this.element = element;
  }

  /** Throws when the tree is of another type. */
  as(type: Type, tree: Tree): Expression {
    const typed = this.check(tree);
    if (typed.type !== type) throw new ExpressionFault(`must be ${type}, is ${typed.type}`, tree.at);
    return typed.expression;
  }

  check(tree: Tree): Typed {
    switch (tree.kind) {
      case 'literal':
        return { type: typeOf(tree.value), expression: { op: 'literal', value: tree.value } };
      case 'name':
      case 'member':
        return this.named(tree);
      case 'item':
        return this.item(tree);
      case 'call':
        return call(this, tree);
      case 'list':
        return this.list(tree);
      case 'unary': {
        const isNot = tree.operator === '!';
        const of = this.as(isNot ? 'bool' : 'int', tree.of);
        return { type: isNot ? 'bool' : 'int', expression: { op: isNot ? 'not' : 'negative', of } };
      }
      case 'conditional': {
        const test = this.as('bool', tree.test);
        const yes = this.check(tree.yes);
        return {
          type: yes.type,
          expression: { op: 'conditional', test, yes: yes.expression, no: this.as(yes.type, tree.no) },
        };
      }
      case 'binary':
        return this.binary(tree);
    }
  }

  /** The map that a tree names; null when it names none. */
  mapOf(tree: Tree): MapField | null {
    const path = pathOf(tree);
    return MAP_FIELDS.find((field) => field === path) ?? null;
  }

  /** What a key of a map is; null when the tree is no entry of a map. */
  entryOf(tree: Tree): { readonly map: MapField; readonly key: Expression } | null {
    if (tree.kind !== 'member' && tree.kind !== 'item') return null;
    const map = this.mapOf(tree.of);
    if (map === null) return null;
    const key: Expression = tree.kind === 'member' ? { op: 'literal', value: tree.name } : this.as('text', tree.key);
    return { map, key: keyOf(map, key) };
  }

  private named(tree: Tree & { kind: 'name' | 'member' }): Typed {
    const entry = this.entryOf(tree);
    if (entry !== null) return { type: 'text', expression: { op: 'entry', ...entry } };
    const path = pathOf(tree);
    if (this.element !== null && path === this.element.name)
      return { type: this.element.type, expression: { op: 'element' } };
    const field = TEXT_FIELDS.find((name): name is TextField => name === path);
    if (field !== undefined) return { type: 'text', expression: { op: 'field', name: field } };
    if (path === 'request.segments') return { type: 'list of text', expression: { op: 'segments' } };
    if (this.mapOf(tree) !== null) {
      throw new ExpressionFault(`${path} is a map: take an entry of it, such as ${path}["name"]`, tree.at);
    }
    throw new ExpressionFault(`${path ?? 'this'} is not known, only ${FIELDS.join(', ')} are`, tree.at);
  }

  private item(tree: Tree & { kind: 'item' }): Typed {
    const entry = this.entryOf(tree);
    if (entry !== null) return { type: 'text', expression: { op: 'entry', ...entry } };
    const list = this.check(tree.of);
    const type = itemOf(list.type);
    if (type === null) throw new ExpressionFault(`a ${list.type} has no items`, tree.at);
    return { type, expression: { op: 'item', list: list.expression, index: this.as('int', tree.key) } };
  }

  private list({ items, at }: Tree & { kind: 'list' }): Typed {
    const [first] = items;
    if (first === undefined) throw new ExpressionFault('a list must have an item', at);
    const { type } = this.check(first);
    if (type !== 'bool' && type !== 'int' && type !== 'text') {
      throw new ExpressionFault('a list cannot have lists as its items', at);
    }
    return { type: LIST_OF[type], expression: { op: 'list', items: items.map((item) => this.as(type, item)) } };
  }

  private binary({ operator, left, right, at }: Tree & { kind: 'binary' }): Typed {
    switch (operator) {
      case '&&':
      case '||': {
        const op = operator === '&&' ? 'and' : 'or';
        return { type: 'bool', expression: { op, left: this.as('bool', left), right: this.as('bool', right) } };
      }
      case 'in':
        return { type: 'bool', expression: this.membership(left, right) };
      case '==':
      case '!=':
      case '<':
      case '<=':
      case '>':
      case '>=': {
        const one = this.check(left);
        if (itemOf(one.type) !== null) throw new ExpressionFault('lists cannot be compared', at);
        return { type: 'bool', expression: { op: operator, left: one.expression, right: this.as(one.type, right) } };
      }
      default: {
        const one = this.check(left);
        if (operator === '+' && one.type === 'text') {
          return { type: 'text', expression: { op: 'concat', left: one.expression, right: this.as('text', right) } };
        }
        const op = operator as '+' | '-' | '*' | '/' | '%';
        return { type: 'int', expression: { op, left: this.as('int', left), right: this.as('int', right) } };
      }
    }
  }

  private membership(left: Tree, right: Tree): Expression {
    const map = this.mapOf(right);
    if (map !== null) return { op: 'hasEntry', map, key: keyOf(map, this.as('text', left)) };
    const list = this.check(right);
    const type = itemOf(list.type);
    if (type === null) throw new ExpressionFault(`must be a list or a map, is ${list.type}`, right.at);
    return { op: 'in', item: this.as(type, left), list: list.expression };
  }
}

function typeOf(value: string | number | boolean): Type {
  if (typeof value === 'string') return 'text';
  return typeof value === 'number' ? 'int' : 'bool';
}

/** Names of headers are the same in any case. */
function keyOf(map: MapField, key: Expression): Expression {
  if (map !== 'request.headers') return key;
  if (key.op === 'literal') return { op: 'literal', value: String(key.value).toLowerCase() };
  return { op: 'lowerAscii', of: key };
}

/** `request.path` as one text; null for what is more than names and dots. */
export function pathOf(tree: Tree): string | null {
  if (tree.kind === 'name') return tree.name;
  if (tree.kind !== 'member') return null;
  const of = pathOf(tree.of);
  return of === null ? null : `${of}.${tree.name}`;
}
