import type { Arithmetic, Comparison } from '../../../ir/expression.ts';
import { ERROR, type Value } from './value.ts';

/** Of two values of one type. */
export function comparison(operator: Comparison): (left: Value, right: Value) => boolean {
  switch (operator) {
    case '==':
      return (left, right) => left === right;
    case '!=':
      return (left, right) => left !== right;
    case '<':
      return (left, right) => (left as string) < (right as string);
    case '<=':
      return (left, right) => (left as string) <= (right as string);
    case '>':
      return (left, right) => (left as string) > (right as string);
    case '>=':
      return (left, right) => (left as string) >= (right as string);
  }
}

/** Of two integers. */
export function arithmetic(operator: Arithmetic): (left: Value, right: Value) => Value {
  const calculate = CALCULATIONS[operator];
  return (left, right) => {
    const result = calculate(left as number, right as number);
    return Number.isSafeInteger(result) ? result + 0 : ERROR;
  };
}

/** No integer: dividing by 0. */
const CALCULATIONS: Readonly<Record<Arithmetic, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => Math.trunc(left / right),
  '%': (left, right) => left % right,
};
