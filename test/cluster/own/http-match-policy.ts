import type { Json } from '../api-server.ts';
import { type Case, cases, times } from '../cases/case.ts';

const target: Json = { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'cart' };

const whole = (spec: Json): Json => ({
  apiVersion: 'headgate.dev/v1alpha1',
  kind: 'HTTPMatchPolicy',
  metadata: { name: 'case' },
  spec,
});
const policy = (part: Json): Json => whole({ targetRefs: [target], ...(part as object) });
const template = (text: string): Json => policy({ path: { template: text } });
const header = (part: Json): Json => policy({ headers: [{ name: 'X-Env', ...(part as object) }] });

const NO_VALUE = 'must be set unless type is Present, Empty or Absent, and only then';

export const HTTP_MATCH_POLICY_CASES: readonly Case[] = [
  ...cases(whole, [
    [
      'a match policy has a target',
      { targetRefs: [target], priority: 1 },
      { targetRefs: [], priority: 1 },
      'spec.targetRefs: must have at least 1 item',
    ],
    [
      'a match policy is for routes of requests',
      { targetRefs: [target], priority: 1 },
      { targetRefs: [{ ...(target as object), kind: 'TCPRoute' }], priority: 1 },
      'spec.targetRefs.0.kind: must be one of HTTPRoute, GRPCRoute, not "TCPRoute"',
    ],
    [
      'a match policy names a target once',
      { targetRefs: [target, { ...(target as object), sectionName: 'all' }], priority: 1 },
      { targetRefs: [target, target], priority: 1 },
      'spec.targetRefs: must not name a target twice',
    ],
  ]),
  ...cases(policy, [
    ['a match policy says something', { priority: -1 }, {}, 'spec: must have a condition or a priority'],
    [
      'sources are networks',
      { sourceCIDRs: ['10.0.0.0/8'] },
      { sourceCIDRs: ['10.0.0.1'] },
      'spec.sourceCIDRs.0: must be a network, such as 10.0.0.0/8',
    ],
    [
      'sources are few',
      { sourceCIDRs: times(64, (i) => `10.0.${i}.0/24`) },
      { sourceCIDRs: times(65, (i) => `10.0.${i}.0/24`) },
      'spec.sourceCIDRs: must have at most 64 items, has 65',
    ],
    [
      'cookies have names of cookies',
      { cookies: [{ name: 'a_b', type: 'Present' }] },
      { cookies: [{ name: 'a b', type: 'Present' }] },
      `spec.cookies.0.name: must be a cookie's name: letters, digits and !#$%&'*+-.^_\`|~, not "a b"`,
    ],
    ['an expression has text', { expression: 'true' }, { expression: '' }, 'spec.expression: must not be empty'],
  ]),
  ...cases(template, [
    ['a template is a path', '/a/{b}', 'a/{b}', 'spec.path.template: must be a path that begins with "/", not "a/{b}"'],
    [
      'a template has no empty elements',
      '/a/',
      '/a//{b}',
      'spec.path.template: must not have "//": no request path has it',
    ],
  ]),
  ...cases(header, [
    [
      'a comparison has a value',
      { type: 'Prefix', value: '' },
      { type: 'Prefix' },
      `spec.headers.0.value: ${NO_VALUE}`,
    ],
    ['a question has none', { type: 'Absent' }, { type: 'Absent', value: 'x' }, `spec.headers.0.value: ${NO_VALUE}`],
  ]),
];
