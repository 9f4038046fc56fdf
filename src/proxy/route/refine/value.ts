import type { RequestView } from '../request-view.ts';

/** What an expression has instead of a value when it cannot have one. */
export const ERROR = Symbol('error');

export type Value = string | number | boolean | readonly Value[] | typeof ERROR;

export type Scope = {
  readonly view: RequestView;
  /** Of the list that is being looked through. */
  element: Value;
};

export type Part = (scope: Scope) => Value;
