import type { Json } from '../api-server.ts';
import { type Case, cases, gatewayObject, times } from './case.ts';

const route = (spec: unknown) => gatewayObject('HTTPRoute', spec);
const parents = (...refs: Json[]) => ({ parentRefs: refs.map((ref) => ({ name: 'a', ...ref })) });

export const HTTP_ROUTE_CASES: readonly Case[] = [
  ...cases(route, [
    ['spec is required', {}, undefined, 'spec: is required'],
    ['spec is an object', {}, [], 'spec: must be an object, not a list'],
    [
      'hostnames are host names',
      { hostnames: ['a.example', '*.b.example'] },
      { hostnames: ['a.*.example'] },
      'spec.hostnames.0: must be a host name in lower case, such as "shop.example" or "*.shop.example", not "a.*.example"',
    ],
    [
      'hostnames are lower case',
      { hostnames: ['a.example'] },
      { hostnames: ['A.example'] },
      'spec.hostnames.0: must be a host name in lower case, such as "shop.example" or "*.shop.example", not "A.example"',
    ],
    [
      'hostnames have no port',
      { hostnames: ['a.example'] },
      { hostnames: ['a.example:80'] },
      'spec.hostnames.0: must be a host name in lower case, such as "shop.example" or "*.shop.example", not "a.example:80"',
    ],
    ['hostnames are not empty', { hostnames: [] }, { hostnames: [''] }, 'spec.hostnames.0: must not be empty'],
    [
      'at most 16 hostnames',
      { hostnames: times(16, (i) => `h${i}`) },
      { hostnames: times(17, (i) => `h${i}`) },
      'spec.hostnames: must have at most 16 items, has 17',
    ],
    [
      'useDefaultGateways is an enum',
      { useDefaultGateways: 'None' },
      { useDefaultGateways: 'Some' },
      'spec.useDefaultGateways: must be one of All, None, not "Some"',
    ],
    [
      'at most 32 parentRefs',
      parents(...times(32, (i) => ({ name: `p${i}` }))),
      parents(...times(33, (i) => ({ name: `p${i}` }))),
      'spec.parentRefs: must have at most 32 items, has 33',
    ],
    ['a parentRef has a name', parents({}), parents({ name: undefined }), 'spec.parentRefs.0.name: is required'],
    [
      'a parentRef group is a domain',
      parents({ group: '' }),
      parents({ group: 'Apps' }),
      'spec.parentRefs.0.group: must be an API group such as "apps.example.com", or empty for the core group, not "Apps"',
    ],
    [
      'a parentRef kind is a kind',
      parents({ kind: 'My-Gateway' }),
      parents({ kind: 'my_gateway' }),
      'spec.parentRefs.0.kind: must be a kind of letters, digits and "-", starting with a letter, not "my_gateway"',
    ],
    [
      'a parentRef namespace is a label',
      parents({ namespace: 'b' }),
      parents({ namespace: 'b.c' }),
      'spec.parentRefs.0.namespace: must be lower-case letters, digits and "-", starting and ending with a letter or digit, not "b.c"',
    ],
    [
      'a parentRef sectionName is a name',
      parents({ sectionName: 'web.a' }),
      parents({ sectionName: 'web_a' }),
      'spec.parentRefs.0.sectionName: must be lower-case letters, digits, "-" and ".", each part starting and ending with a letter or digit, not "web_a"',
    ],
    [
      'a parentRef port is a port',
      parents({ port: 65535 }),
      parents({ port: 65536 }),
      'spec.parentRefs.0.port: must be between 1 and 65535, not 65536',
    ],
    [
      'one parent twice needs sectionName or port',
      parents({ sectionName: 'x' }, { sectionName: 'y' }),
      parents({ sectionName: 'x' }, {}),
      'spec.parentRefs.1: refers to the same parent as item 0 (Gateway a): both or neither must have a sectionName, and both or neither a port',
    ],
    [
      'one parent twice needs ports in both',
      parents({ port: 1 }, { port: 2 }),
      parents({ port: 1 }, { sectionName: 'x' }),
      'spec.parentRefs.1: refers to the same parent as item 0 (Gateway a): both or neither must have a sectionName, and both or neither a port',
    ],
    [
      'one parent twice needs different sections',
      parents({ sectionName: 'x', port: 1 }, { sectionName: 'x', port: 2 }),
      parents({ sectionName: 'x', port: 1 }, { sectionName: 'x', port: 1 }),
      'spec.parentRefs.1: refers to the same parent as item 0 (Gateway a): they must differ in sectionName or port',
    ],
    [
      'one parent twice: the namespace counts',
      parents({ namespace: 'x' }, {}),
      parents({ namespace: 'x' }, { namespace: 'x' }),
      'spec.parentRefs.1: refers to the same parent as item 0 (Gateway a): they must differ in sectionName or port',
    ],
    ['at least one rule', {}, { rules: [] }, 'spec.rules: must have at least 1 item'],
    [
      'at most 16 rules',
      { rules: times(16, () => ({})) },
      { rules: times(17, () => ({})) },
      'spec.rules: must have at most 16 items, has 17',
    ],
    [
      'rule names are unique',
      { rules: [{ name: 'a' }, { name: 'b' }, {}, {}] },
      { rules: [{ name: 'a' }, {}, { name: 'a' }] },
      'spec.rules.2.name: must be unique in the route; rule 0 has it too',
    ],
    [
      'at most 128 matches in all',
      { rules: times(2, () => ({ matches: times(64, () => ({})) })) },
      { rules: times(3, () => ({ matches: times(43, () => ({})) })) },
      'spec.rules: must have at most 128 matches in all rules together, has 129',
    ],
  ]),
];
