import { MAP_FIELDS, TEXT_FIELDS } from '../../../../ir/expression.ts';

/** What an expression may ask of a request. */
export const FIELDS: readonly string[] = [
  ...TEXT_FIELDS.slice(0, 4),
  'request.segments',
  ...MAP_FIELDS,
  ...TEXT_FIELDS.slice(4),
];

/** What it may do with it. */
export const FUNCTIONS = [
  'size',
  'has',
  'int',
  'startsWith',
  'endsWith',
  'contains',
  'matches',
  'lowerAscii',
  'upperAscii',
  'exists',
  'all',
  'cidr',
  'containsIP',
] as const;
