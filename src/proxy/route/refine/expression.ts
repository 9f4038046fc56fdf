/**
 * Expressions over a request, ready to run. A value is a text, a whole number, a boolean, a list, or ERROR. Each part costs at
 * most the length of what it looks at, and parts under `some` and `every` that for each element of one list.
 */
import type { Expression } from '../../../ir/expression.ts';
import type { RequestView } from '../request-view.ts';
import { arithmetic, comparison } from './arithmetic.ts';
import { mapReader, segmentsOf, textReader } from './field.ts';
import { comparingTexts, inRange, matching } from './search.ts';
import { ERROR, type Part, type Scope, type Value } from './value.ts';

/** Whether an expression holds for a request; one that fails does not. */
export class ExpressionCheck {
  private readonly part: Part;

  constructor(root: Expression) {
    this.part = partOf(root);
  }

  holds(view: RequestView): boolean {
    return this.part({ view, element: ERROR }) === true;
  }
}

function partOf(expression: Expression): Part {
  switch (expression.op) {
    case 'literal': {
      const { value } = expression;
      return () => value;
    }
    case 'field':
      return textReader(expression.name);
    case 'element':
      return (scope) => scope.element;
    case 'segments':
      return segmentsOf;
    case 'list':
      return list(expression.items.map(partOf));
    case 'entry':
    case 'hasEntry': {
      const read = mapReader(expression.map);
      const key = partOf(expression.key);
      const wantsValue = expression.op === 'entry';
      return (scope) => {
        const name = key(scope);
        if (name === ERROR) return ERROR;
        const value = read(scope.view, name as string);
        return wantsValue ? (value ?? ERROR) : value !== null;
      };
    }
    case 'item':
      return withBoth(partOf(expression.list), partOf(expression.index), (items, index) => {
        return (items as readonly Value[])[index as number] ?? ERROR;
      });
    case 'in':
      return withBoth(partOf(expression.item), partOf(expression.list), (item, items) => {
        return (items as readonly Value[]).includes(item);
      });
    case 'some':
    case 'every':
      return quantified(expression.op === 'some', partOf(expression.list), partOf(expression.holds));
    case 'conditional': {
      const [test, yes, no] = [partOf(expression.test), partOf(expression.yes), partOf(expression.no)];
      return (scope) => {
        const value = test(scope);
        return value === ERROR ? ERROR : value === true ? yes(scope) : no(scope);
      };
    }
    case 'and':
    case 'or':
      return logical(expression.op === 'or', partOf(expression.left), partOf(expression.right));
    case 'not':
      return withOne(partOf(expression.of), (value) => value !== true);
    case 'negative':
      return withOne(partOf(expression.of), (value) => 0 - (value as number));
    case 'concat':
      return withBoth(partOf(expression.left), partOf(expression.right), (a, b) => `${a as string}${b as string}`);
    case 'size':
      return withOne(partOf(expression.of), sizeOf);
    case 'startsWith':
    case 'endsWith':
    case 'contains':
      return withBoth(partOf(expression.of), partOf(expression.text), comparingTexts(expression.op));
    case 'matches':
      return withOne(partOf(expression.of), matching(expression.pattern));
    case 'containsIP':
      return withOne(partOf(expression.address), inRange(expression.range));
    case 'lowerAscii':
      return withOne(partOf(expression.of), (text) => (text as string).replace(/[A-Z]+/g, (a) => a.toLowerCase()));
    case 'upperAscii':
      return withOne(partOf(expression.of), (text) => (text as string).replace(/[a-z]+/g, (a) => a.toUpperCase()));
    case 'int':
      return withOne(partOf(expression.of), integer);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return withBoth(partOf(expression.left), partOf(expression.right), arithmetic(expression.op));
    default:
      return withBoth(partOf(expression.left), partOf(expression.right), comparison(expression.op));
  }
}

function withOne(of: Part, make: (value: Value) => Value): Part {
  return (scope) => {
    const value = of(scope);
    return value === ERROR ? ERROR : make(value);
  };
}

function withBoth(left: Part, right: Part, make: (left: Value, right: Value) => Value): Part {
  return (scope) => {
    const one = left(scope);
    if (one === ERROR) return ERROR;
    const other = right(scope);
    return other === ERROR ? ERROR : make(one, other);
  };
}

/** The side that decides wins over an error on the other side, whichever stands first (CEL, "Logical Operators"). */
function logical(decisive: boolean, left: Part, right: Part): Part {
  return (scope) => {
    const one = left(scope);
    if (one === decisive) return decisive;
    const other = right(scope);
    if (other === decisive) return decisive;
    return one === ERROR || other === ERROR ? ERROR : !decisive;
  };
}

/** As many `or` (some) or `and` (every) as there are elements. */
function quantified(decisive: boolean, list: Part, holds: Part): Part {
  return (scope) => {
    const items = list(scope);
    if (items === ERROR) return ERROR;
    const inner: Scope = { view: scope.view, element: ERROR };
    let failed = false;
    for (const item of items as readonly Value[]) {
      inner.element = item;
      const value = holds(inner);
      if (value === decisive) return decisive;
      if (value === ERROR) failed = true;
    }
    return failed ? ERROR : !decisive;
  };
}

function list(parts: readonly Part[]): Part {
  return (scope) => {
    const items: Value[] = [];
    for (const part of parts) {
      const item = part(scope);
      if (item === ERROR) return ERROR;
      items.push(item);
    }
    return items;
  };
}

function sizeOf(value: Value): Value {
  if (typeof value !== 'string') return (value as readonly Value[]).length;
  let size = 0;
  for (const _ of value) size++;
  return size;
}

function integer(text: Value): Value {
  if (!/^[+-]?[0-9]{1,16}$/.test(text as string)) return ERROR;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : ERROR;
}
