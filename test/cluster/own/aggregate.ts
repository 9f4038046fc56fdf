import type { Json } from '../api-server.ts';
import { type Case, cases, times } from '../cases/case.ts';

const aggregate = (spec: Json): Json => ({
  apiVersion: 'headgate.dev/v1alpha1',
  kind: 'Aggregate',
  metadata: { name: 'case' },
  spec,
});
const backendRef = { name: 'users', port: 80 };
const parts = (list: Json[]): Json => aggregate({ parts: list });
const part = (fields: Json): Json => parts([{ key: 'users', backendRef, ...fields }]);
const each = (forEach: Json): Json =>
  parts([
    { key: 'posts', backendRef },
    {
      key: 'users',
      backendRef,
      path: '/{id}',
      forEach: { part: 'posts', jsonPath: '$[*].id', parameter: 'id', ...forEach },
    },
  ]);
const placeholder = (parameter: string): Json =>
  parts([
    { key: 'posts', backendRef },
    { key: 'users', backendRef, path: `/{${parameter}}`, forEach: { part: 'posts', jsonPath: '$', parameter } },
  ]);

const PATH =
  'a path that begins with "/", with a query if need be, others than its characters percent-encoded, and placeholders such as {name}';
const SOURCE = 'must have, for each forEach, the part that it names, which must not have forEach itself';

export const AGGREGATE_CASES: readonly Case[] = [
  ...cases(aggregate, [
    [
      'time is up some time',
      { timeout: '1ms', parts: [{ key: 'users', backendRef }] },
      { timeout: '0s', parts: [{ key: 'users', backendRef }] },
      'spec.timeout: must be more than 0s',
    ],
    [
      'time is up within a day',
      { timeout: '23h60m', parts: [{ key: 'users', backendRef }] },
      { timeout: '24h1ms', parts: [{ key: 'users', backendRef }] },
      'spec.timeout: must be at most 24h',
    ],
    [
      'a size has a known unit',
      { maxBytes: '64Ki', parts: [{ key: 'users', backendRef }] },
      { maxBytes: '64KB', parts: [{ key: 'users', backendRef }] },
      'spec.maxBytes: must be a number of bytes such as 65536, "64Ki" or "10Mi", not "64KB"',
    ],
  ]),
  ...cases(parts, [
    ['there is a part', [{ key: 'users', backendRef }], [], 'spec.parts: must have at least 1 item'],
    [
      'there are few parts',
      times(16, (index) => ({ key: `k${index}`, backendRef })),
      times(17, (index) => ({ key: `k${index}`, backendRef })),
      'spec.parts: must have at most 16 items, has 17',
    ],
    [
      'parts have different names',
      [
        { key: 'a', backendRef },
        { key: 'b', backendRef },
      ],
      [
        { key: 'a', backendRef },
        { key: 'a', backendRef },
      ],
      'spec.parts.1: must have another key than item 0: both have "a"',
    ],
    [
      'a part comes from somewhere',
      [{ key: 'a', routeRef: { name: 'users' } }],
      [{ key: 'a' }],
      'spec.parts.0: must have either backendRef or routeRef',
    ],
    [
      'a part comes from one place',
      [{ key: 'a', routeRef: { name: 'users', sectionName: 'list' } }],
      [{ key: 'a', backendRef, routeRef: { name: 'users' } }],
      'spec.parts.0: must have either backendRef or routeRef',
    ],
  ]),
  ...cases(part, [
    [
      'a name is plain',
      { key: 'all users' },
      { key: 'a"b' },
      'spec.parts.0.key: must be letters, digits, "_", "$", "-", "." and spaces, beginning with none of the last three, not "a\\"b"',
    ],
    [
      'a backend is a Service',
      { backendRef: { kind: 'Service', name: 'users', port: 80 } },
      { backendRef: { group: 'headgate.dev', kind: 'Aggregate', name: 'users', port: 80 } },
      'spec.parts.0.backendRef: must be a Service',
    ],
    ['a backend has a port', {}, { backendRef: { name: 'users' } }, 'spec.parts.0.backendRef.port: must be set'],
    ['a path is one', { path: '/a/{b}?c=d' }, { path: '/a b' }, `spec.parts.0.path: must be ${PATH}, not "/a b"`],
    [
      'a path goes nowhere else',
      { path: '/a/..b' },
      { path: '/a/../b' },
      'spec.parts.0.path: must not have "." or ".." as a segment',
    ],
  ]),
  ...cases(placeholder, [
    [
      'a placeholder has a name',
      'i-d',
      '-id',
      'spec.parts.1.forEach.parameter: must be letters, digits, "_" and "-", not beginning or ending with "-", not "-id"',
    ],
  ]),
  ...cases(each, [
    [
      'a value has a place',
      {},
      { parameter: 'other' },
      'spec.parts.1.path: must have the placeholder that forEach.parameter names',
    ],
    [
      'values are found by a path',
      { jsonPath: `$['a b'][0].*` },
      { jsonPath: '$..id' },
      'spec.parts.1.forEach.jsonPath: must be a JSONPath of names, indices and wildcards, such as "$[*].authorId", not "$..id"',
    ],
    [
      'calls are few',
      { maxCalls: 100 },
      { maxCalls: 101 },
      'spec.parts.1.forEach.maxCalls: must be between 1 and 100, not 101',
    ],
    ['values come from another part', { part: 'posts' }, { part: 'nothing' }, `spec.parts: ${SOURCE}`],
    ['values come from a part that waits for none', { part: 'posts' }, { part: 'users' }, `spec.parts: ${SOURCE}`],
  ]),
];
