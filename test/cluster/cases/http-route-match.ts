import type { Json } from '../api-server.ts';
import { type Case, cases, gatewayObject, times } from './case.ts';

const route = (spec: unknown) => gatewayObject('HTTPRoute', spec);
const rule = (part: Json) => route({ rules: [part] });
const match = (part: Json) => rule({ matches: [part] });
const path = ([type, value]: readonly [string, string]) => match({ path: { type, value } });

export const HTTP_ROUTE_MATCH_CASES: readonly Case[] = [
  ...cases(rule, [
    [
      'at most 64 matches in a rule',
      { matches: times(64, () => ({})) },
      { matches: times(65, () => ({})) },
      'spec.rules.0.matches: must have at most 64 items, has 65',
    ],
    [
      'a rule name is a name',
      { name: 'a.b' },
      { name: 'A' },
      'spec.rules.0.name: must be lower-case letters, digits, "-" and ".", each part starting and ending with a letter or digit, not "A"',
    ],
  ]),
  ...cases(match, [
    [
      'a method is one of HTTP',
      { method: 'GET' },
      { method: 'get' },
      'spec.rules.0.matches.0.method: must be one of GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH, not "get"',
    ],
    [
      'a header match has a name',
      { headers: [{ name: 'a', value: 'b' }] },
      { headers: [{ value: 'b' }] },
      'spec.rules.0.matches.0.headers.0.name: is required',
    ],
    [
      'a header match name is a token',
      { headers: [{ name: 'a', value: 'b' }] },
      { headers: [{ name: 'a b', value: 'b' }] },
      'spec.rules.0.matches.0.headers.0.name: must be letters, digits and !#$%&\'*+-.^_`|~, not "a b"',
    ],
    [
      'a header match value is not empty',
      { headers: [{ name: 'a', value: 'b' }] },
      { headers: [{ name: 'a', value: '' }] },
      'spec.rules.0.matches.0.headers.0.value: must not be empty',
    ],
    [
      'a header match value is visible ASCII',
      { headers: [{ name: 'a', value: 'b c' }] },
      { headers: [{ name: 'a', value: 'b  c' }] },
      'spec.rules.0.matches.0.headers.0.value: must be visible ASCII characters with single spaces or tabs only between them, not "b  c"',
    ],
    [
      'a header match type is an enum',
      { headers: [{ type: 'Exact', name: 'a', value: 'b' }] },
      { headers: [{ type: 'Prefix', name: 'a', value: 'b' }] },
      'spec.rules.0.matches.0.headers.0.type: must be one of Exact, RegularExpression, not "Prefix"',
    ],
    [
      'header match names are unique',
      {
        headers: [
          { name: 'a', value: 'b' },
          { name: 'A', value: 'b' },
        ],
      },
      {
        headers: [
          { name: 'a', value: 'b' },
          { name: 'a', value: 'c' },
        ],
      },
      'spec.rules.0.matches.0.headers.1: must have another name than item 0: both have "a"',
    ],
    [
      'at most 16 header matches',
      { headers: times(16, (i) => ({ name: `n${i}`, value: 'b' })) },
      { headers: times(17, (i) => ({ name: `n${i}`, value: 'b' })) },
      'spec.rules.0.matches.0.headers: must have at most 16 items, has 17',
    ],
    [
      'query match names are unique',
      {
        queryParams: [
          { name: 'a', value: 'b' },
          { name: 'c', value: 'b' },
        ],
      },
      {
        queryParams: [
          { name: 'a', value: 'b' },
          { name: 'a', value: 'c' },
        ],
      },
      'spec.rules.0.matches.0.queryParams.1: must have another name than item 0: both have "a"',
    ],
    [
      'a query match name is a token',
      { queryParams: [{ name: 'a', value: 'ä' }] },
      { queryParams: [{ name: 'a[]', value: 'b' }] },
      'spec.rules.0.matches.0.queryParams.0.name: must be letters, digits and !#$%&\'*+-.^_`|~, not "a[]"',
    ],
    [
      'a query match value has a length',
      { queryParams: [{ name: 'a', value: '😀'.repeat(1024) }] },
      { queryParams: [{ name: 'a', value: '😀'.repeat(1025) }] },
      'spec.rules.0.matches.0.queryParams.0.value: must have at most 1024 characters, has 1025',
    ],
  ]),
  ...cases(path, [
    [
      'a path type is an enum',
      ['Exact', '/a'],
      ['Prefix', '/a'],
      'spec.rules.0.matches.0.path.type: must be one of Exact, PathPrefix, RegularExpression, not "Prefix"',
    ],
    [
      'a path has a length',
      ['Exact', `/${'a'.repeat(1023)}`],
      ['Exact', `/${'a'.repeat(1024)}`],
      'spec.rules.0.matches.0.path.value: must have at most 1024 characters, has 1025',
    ],
    [
      'a path is absolute',
      ['RegularExpression', 'a'],
      ['PathPrefix', 'a'],
      'spec.rules.0.matches.0.path.value: must start with "/", not be "a" when type is PathPrefix',
    ],
    [
      'a path has no //',
      ['RegularExpression', '/a//b'],
      ['PathPrefix', '/a//b'],
      'spec.rules.0.matches.0.path.value: must not contain "//" when type is PathPrefix',
    ],
    [
      'a path has no /./',
      ['RegularExpression', '/a/./b'],
      ['Exact', '/a/./b'],
      'spec.rules.0.matches.0.path.value: must not contain "/./" when type is Exact',
    ],
    [
      'a path has no /../',
      ['RegularExpression', '/a/../b'],
      ['Exact', '/a/../b'],
      'spec.rules.0.matches.0.path.value: must not contain "/../" when type is Exact',
    ],
    [
      'a path has no %2f',
      ['PathPrefix', '/a%2e'],
      ['PathPrefix', '/a%2fb'],
      'spec.rules.0.matches.0.path.value: must not contain "%2f" when type is PathPrefix',
    ],
    [
      'a path has no %2F',
      ['PathPrefix', '/a%2E'],
      ['PathPrefix', '/a%2Fb'],
      'spec.rules.0.matches.0.path.value: must not contain "%2F" when type is PathPrefix',
    ],
    [
      'a path has no #',
      ['RegularExpression', '/a#b'],
      ['PathPrefix', '/a#b'],
      'spec.rules.0.matches.0.path.value: must not contain "#" when type is PathPrefix',
    ],
    [
      'a path does not end with /.',
      ['PathPrefix', '/a.'],
      ['PathPrefix', '/a/.'],
      'spec.rules.0.matches.0.path.value: must not end with "/." when type is PathPrefix',
    ],
    [
      'a path does not end with /..',
      ['PathPrefix', '/a..'],
      ['PathPrefix', '/a/..'],
      'spec.rules.0.matches.0.path.value: must not end with "/.." when type is PathPrefix',
    ],
    [
      'a path has the characters of a path',
      ['PathPrefix', "/a%20-._~!$&'()*+,;=:@"],
      ['PathPrefix', '/a b'],
      'spec.rules.0.matches.0.path.value: must consist of letters, digits and -/._~!$&\'()*+,;=:@, others percent-encoded, not be "/a b" when type is PathPrefix',
    ],
  ]),
];
