import type { Json } from '../api-server.ts';
import { type Case, cases, gatewayObject, times } from './case.ts';

const BACKENDS = [{ name: 'a', port: 80 }];
const RULES = [{ backendRefs: BACKENDS }];
const tls = (spec: Json) => gatewayObject('TLSRoute', { hostnames: ['a.example'], rules: RULES, ...spec });
const tcp = (spec: Json) => gatewayObject('TCPRoute', { rules: RULES, ...spec });
const udp = (spec: Json) => gatewayObject('UDPRoute', { rules: RULES, ...spec });
const versioned = (kind: string) => (part: Json) => ({
  ...gatewayObject(kind, { rules: RULES, ...(part.spec as Json) }),
  apiVersion: `gateway.networking.k8s.io/${String(part.version)}`,
});

const ONE_RULE = (version: string) =>
  `spec.rules: must have only one item in version gateway.networking.k8s.io/${version}, has 2`;

export const STREAM_ROUTE_CASES: readonly Case[] = [
  ...cases(tls, [
    ['a TLSRoute has hostnames', {}, { hostnames: undefined }, 'spec.hostnames: is required'],
    ['a TLSRoute has a hostname', {}, { hostnames: [] }, 'spec.hostnames: must have at least 1 item'],
    [
      'a TLSRoute has at most 1024 hostnames',
      { hostnames: times(1024, (index) => `h${index}.example`) },
      { hostnames: times(1025, (index) => `h${index}.example`) },
      'spec.hostnames: must have at most 1024 items, has 1025',
    ],
    [
      'a TLSRoute hostname is no address',
      { hostnames: ['1.2.3.400', '*.1.2.3.4'] },
      { hostnames: ['1.2.3.4'] },
      'spec.hostnames.0: must be the name of a host, not an address: "1.2.3.4"',
    ],
    ['a TLSRoute has one rule', {}, { rules: [...RULES, ...RULES] }, ONE_RULE('v1')],
  ]),
  ...cases(versioned('TLSRoute'), [
    [
      'a TLSRoute of an older version needs no hostnames',
      { version: 'v1alpha2', spec: { hostnames: ['1.2.3.4'], rules: [{ ...RULES[0], name: 'a' }, ...RULES] } },
      { version: 'v1alpha3', spec: {} },
      'spec.hostnames: is required',
    ],
    [
      'a TLSRoute of an older version has unique rule names',
      { version: 'v1alpha2', spec: {} },
      { version: 'v1alpha2', spec: { rules: times(2, () => ({ ...RULES[0], name: 'a' })) } },
      'spec.rules.1.name: must be unique in the route; rule 0 has it too',
    ],
  ]),
  ...cases(tcp, [
    ['a TCPRoute has a rule', {}, { rules: [] }, 'spec.rules: must have at least 1 item'],
    ['a TCPRoute has one rule', {}, { rules: [...RULES, ...RULES] }, ONE_RULE('v1')],
    ['a TCPRoute has backends', {}, { rules: [{}] }, 'spec.rules.0.backendRefs: is required'],
    [
      'a TCPRoute has a backend',
      {},
      { rules: [{ backendRefs: [] }] },
      'spec.rules.0.backendRefs: must have at least 1 item',
    ],
    [
      'a TCPRoute parent is named once',
      {
        parentRefs: [
          { name: 'a', port: 1 },
          { name: 'a', port: 2 },
        ],
      },
      { parentRefs: [{ name: 'a' }, { name: 'a' }] },
      'spec.parentRefs.1: refers to the same parent as item 0 (Gateway a): they must differ in sectionName or port',
    ],
  ]),
  ...cases(udp, [
    ['a UDPRoute has one rule', {}, { rules: [...RULES, ...RULES] }, ONE_RULE('v1')],
    [
      'a UDPRoute weight is bounded',
      { rules: [{ backendRefs: [{ ...BACKENDS[0], weight: 1_000_000 }] }] },
      { rules: [{ backendRefs: [{ ...BACKENDS[0], weight: 1_000_001 }] }] },
      'spec.rules.0.backendRefs.0.weight: must be between 0 and 1000000, not 1000001',
    ],
  ]),
  ...cases(versioned('UDPRoute'), [
    [
      'a UDPRoute of an older version has several rules',
      { version: 'v1alpha2', spec: { rules: [...RULES, ...RULES] } },
      { version: 'v1', spec: { rules: [...RULES, ...RULES] } },
      ONE_RULE('v1'),
    ],
  ]),
];
