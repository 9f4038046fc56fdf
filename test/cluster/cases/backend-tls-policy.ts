import type { Json } from '../api-server.ts';
import { type Case, cases, gatewayObject, times } from './case.ts';

const CA = { group: '', kind: 'ConfigMap', name: 'ca' };
const TARGET = { group: '', kind: 'Service', name: 'a' };
const VALID = { hostname: 'a.example', caCertificateRefs: [CA] };
const policy = (part: Json) => gatewayObject('BackendTLSPolicy', { targetRefs: [TARGET], validation: VALID, ...part });
const validation = (part: Json) => policy({ validation: { ...VALID, ...part } });
const name = (part: Json) => validation({ subjectAltNames: [part] });

export const BACKEND_TLS_POLICY_CASES: readonly Case[] = [
  ...cases(policy, [
    ['a policy has targets', {}, { targetRefs: [] }, 'spec.targetRefs: must have at least 1 item'],
    [
      'a policy has at most 16 targets',
      { targetRefs: times(16, (index) => ({ ...TARGET, name: `a${index}` })) },
      { targetRefs: times(17, (index) => ({ ...TARGET, name: `a${index}` })) },
      'spec.targetRefs: must have at most 16 items, has 17',
    ],
    [
      'targets are distinct',
      {
        targetRefs: [
          { ...TARGET, sectionName: 'a' },
          { ...TARGET, sectionName: 'b' },
        ],
      },
      {
        targetRefs: [
          { ...TARGET, sectionName: 'a' },
          { ...TARGET, sectionName: 'a' },
        ],
      },
      'spec.targetRefs.1: refers to the same target as item 0: they must differ in sectionName',
    ],
    [
      'of two sections of a target both have a name',
      { targetRefs: [TARGET, { ...TARGET, name: 'b', sectionName: 'b' }] },
      { targetRefs: [TARGET, { ...TARGET, sectionName: 'b' }] },
      'spec.targetRefs.1: refers to the same target as item 0: both or neither must have a sectionName',
    ],
    [
      'a policy has short options',
      { options: { any: 'text' } },
      { options: { any: 'a'.repeat(4097) } },
      'spec.options.any: must have at most 4096 characters, has 4097',
    ],
  ]),
  ...cases(validation, [
    [
      'certificates come from one place',
      { caCertificateRefs: undefined, wellKnownCACertificates: 'System' },
      { wellKnownCACertificates: 'System' },
      'spec.validation: must have exactly one of caCertificateRefs and wellKnownCACertificates',
    ],
    [
      'certificates come from somewhere',
      { caCertificateRefs: undefined, wellKnownCACertificates: 'example.com/Own' },
      { caCertificateRefs: undefined },
      'spec.validation: must have exactly one of caCertificateRefs and wellKnownCACertificates',
    ],
    [
      'well-known certificates have a name',
      { caCertificateRefs: undefined, wellKnownCACertificates: 'a.b/C' },
      { caCertificateRefs: undefined, wellKnownCACertificates: 'system' },
      'spec.validation.wellKnownCACertificates: must be System, or a domain and a name such as "example.com/authorities", not "system"',
    ],
    [
      'a policy hostname is no wildcard',
      { hostname: '1.2.3.4' },
      { hostname: '*.example' },
      'spec.validation.hostname: must be a host name in lower case without a wildcard, such as "shop.example", not "*.example"',
    ],
    [
      'a policy has at most 8 certificates',
      { caCertificateRefs: times(8, () => CA) },
      { caCertificateRefs: times(9, () => CA) },
      'spec.validation.caCertificateRefs: must have at most 8 items, has 9',
    ],
    [
      'a policy has at most 5 alternative names',
      { subjectAltNames: times(5, () => ({ type: 'Hostname', hostname: 'a' })) },
      { subjectAltNames: times(6, () => ({ type: 'Hostname', hostname: 'a' })) },
      'spec.validation.subjectAltNames: must have at most 5 items, has 6',
    ],
  ]),
  ...cases(name, [
    [
      'a name of type Hostname has one',
      { type: 'Hostname', hostname: '*.a' },
      { type: 'Hostname' },
      'spec.validation.subjectAltNames.0.hostname: is required when type is Hostname',
    ],
    [
      'a name of type URI has one',
      { type: 'URI', uri: 'spiffe://a/b' },
      { type: 'URI' },
      'spec.validation.subjectAltNames.0.uri: is required when type is URI',
    ],
    [
      'a name of type URI has no hostname',
      { type: 'URI', uri: 'a://' },
      { type: 'URI', uri: 'a://', hostname: 'a' },
      'spec.validation.subjectAltNames.0.hostname: must not be set when type is URI; it belongs to type Hostname',
    ],
    [
      'a name of type Hostname has no URI',
      { type: 'Hostname', hostname: 'a' },
      { type: 'Hostname', hostname: 'a', uri: 'a://b' },
      'spec.validation.subjectAltNames.0.uri: must not be set when type is Hostname; it belongs to type URI',
    ],
    [
      'a URI is absolute',
      { type: 'URI', uri: 'a://b?c#d' },
      { type: 'URI', uri: 'a:b' },
      'spec.validation.subjectAltNames.0.uri: must be an absolute URI, such as "spiffe://shop.example/cart", not "a:b"',
    ],
  ]),
];
