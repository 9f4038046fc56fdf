/**
 * A boolean expression over a request, checked: every operand is of the type that its operator takes. What can still go
 * wrong when it is evaluated is said beside the operators; such an error makes the expression false, unless `and`, `or` or
 * `conditional` do not need the operand (CEL).
 */

export type Expression =
  | { readonly op: 'literal'; readonly value: string | number | boolean }
  | { readonly op: 'field'; readonly name: TextField }
  /** The element of the list that `some` or `every` look at. There is one at most: they do not nest. */
  | { readonly op: 'element' }
  | { readonly op: 'list'; readonly items: readonly Expression[] }
  /** The elements of the path; an error when there are more than 128 of them. */
  | { readonly op: 'segments' }
  /** Names of headers are in lower case when they are literals. An error when there is no such entry. */
  | { readonly op: 'entry'; readonly map: MapField; readonly key: Expression }
  | { readonly op: 'hasEntry'; readonly map: MapField; readonly key: Expression }
  /** An error when there is no such item. */
  | { readonly op: 'item'; readonly list: Expression; readonly index: Expression }
  | { readonly op: 'in'; readonly item: Expression; readonly list: Expression }
  | { readonly op: 'some' | 'every'; readonly list: Expression; readonly holds: Expression }
  | {
      readonly op: 'conditional';
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    }
  | { readonly op: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly op: 'not' | 'negative'; readonly of: Expression }
  /** Of two integers, texts or booleans; lists are never compared. */
  | { readonly op: Comparison; readonly left: Expression; readonly right: Expression }
  /** Of integers; an error beyond 2^53 - 1, and when dividing by 0. Division is towards 0. */
  | { readonly op: Arithmetic; readonly left: Expression; readonly right: Expression }
  | { readonly op: 'concat'; readonly left: Expression; readonly right: Expression }
  /** Code points of a text, items of a list. */
  | { readonly op: 'size'; readonly of: Expression }
  | { readonly op: 'startsWith' | 'endsWith' | 'contains'; readonly of: Expression; readonly text: Expression }
  /** RE2 syntax, found anywhere in the text; an error for a text of more than 8,192 characters. */
  | { readonly op: 'matches'; readonly of: Expression; readonly pattern: string }
  | { readonly op: 'lowerAscii' | 'upperAscii'; readonly of: Expression }
  /** From a text of decimal digits; an error for any other. */
  | { readonly op: 'int'; readonly of: Expression }
  /** Whether an address is in the range; an error for a text that is no address. */
  | { readonly op: 'containsIP'; readonly range: string; readonly address: Expression };

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type Arithmetic = '+' | '-' | '*' | '/' | '%';

export const TEXT_FIELDS = [
  'request.method',
  'request.host',
  'request.path',
  'request.scheme',
  'source.address',
  'tls.sni',
] as const;
/** `tls.sni` is `''` without one. */
export type TextField = (typeof TEXT_FIELDS)[number];

export const MAP_FIELDS = ['request.headers', 'request.query', 'request.cookies'] as const;
export type MapField = (typeof MAP_FIELDS)[number];
