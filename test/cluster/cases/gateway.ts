import type { Json } from '../api-server.ts';
import { type Case, cases, gatewayObject, times } from './case.ts';

const HTTP = { name: 'web', port: 80, protocol: 'HTTP' };
const gateway = (part: Json) => gatewayObject('Gateway', { gatewayClassName: 'a', listeners: [HTTP], ...part });
const addresses = (parts: readonly Json[]) => gateway({ addresses: parts });
const address = (part: Json) => addresses([part]);
const frontend = (part: Json) => gateway({ tls: { frontend: part } });
const caRef = (part: Json) =>
  frontend({ default: { validation: { caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'ca', ...part }] } } });

const CLUSTER_BUNDLE = { group: 'certificates.k8s.io', kind: 'ClusterTrustBundle' };
const entries = (count: number) => Object.fromEntries(times(count, (i) => [`k${i}`, 'v']));

const ADDRESS_CASES: readonly Case[] = [
  ...cases(address, [
    [
      'an IPAddress is an IP address',
      { value: '::1' },
      { value: 'a.example' },
      'spec.addresses.0.value: must be an IPv4 or IPv6 address, not "a.example"',
    ],
    [
      'an IPAddress has no zone',
      { value: 'fe80::1' },
      { value: 'fe80::1%eth0' },
      'spec.addresses.0.value: must be an IPv4 or IPv6 address, not "fe80::1%eth0"',
    ],
    [
      'an IPAddress is an IP address, if a loose one',
      { value: '010.0.0.1' },
      { value: '010.0.0.256' },
      'spec.addresses.0.value: must be an IPv4 or IPv6 address, not "010.0.0.256"',
    ],
    [
      'a Hostname is a host name',
      { type: 'Hostname', value: 'a.example' },
      { type: 'Hostname', value: 'A.example' },
      'spec.addresses.0.value: must be a host name in lower case, such as "gateway.example", not "A.example"',
    ],
    [
      'an address type has a form',
      { type: 'example.com/pool', value: 'x' },
      { type: 'Pool', value: 'x' },
      'spec.addresses.0.type: must be Hostname, IPAddress, NamedAddress, or a domain and a path such as "example.com/kind", not "Pool"',
    ],
    [
      'an address value has a length',
      { type: 'NamedAddress', value: 'x'.repeat(253) },
      { type: 'NamedAddress', value: 'x'.repeat(254) },
      'spec.addresses.0.value: must have at most 253 characters, has 254',
    ],
    [
      'routability is empty, Cluster or a path',
      { routability: 'Cluster' },
      { routability: 'Private' },
      'spec.addresses.0.routability: must be empty, Cluster, or a domain and a path such as "example.com/private"',
    ],
    [
      'a routability has a domain',
      { routability: 'example.com/a/b' },
      { routability: 'Example.com/a' },
      'spec.addresses.0.routability: must be empty, Cluster, or a domain and a path such as "example.com/private"',
    ],
    [
      'a routability has a path',
      { routability: 'example.com/a' },
      { routability: 'example.com/' },
      'spec.addresses.0.routability: must be empty, Cluster, or a domain and a path such as "example.com/private"',
    ],
    [
      'k8s.io is reserved',
      { routability: 'k8s.example/a' },
      { routability: 'k8s.io/a' },
      'spec.addresses.0.routability: must not use k8s.io or a domain under it, which are reserved',
    ],
    [
      'domains under k8s.io are reserved',
      { routability: 'xk8s.io/a' },
      { routability: 'x.k8s.io/a' },
      'spec.addresses.0.routability: must not use k8s.io or a domain under it, which are reserved',
    ],
  ]),
  ...cases(addresses, [
    [
      'at most 16 addresses',
      times(16, () => ({})),
      times(17, () => ({})),
      'spec.addresses: must have at most 16 items, has 17',
    ],
    [
      'IP addresses are unique',
      [{ value: '10.0.0.1' }, { value: '10.0.0.2' }],
      [{ value: '10.0.0.1' }, { value: '10.0.0.1' }],
      'spec.addresses.1.value: repeats "10.0.0.1"',
    ],
    [
      'host names are unique',
      [
        { type: 'NamedAddress', value: 'a' },
        { type: 'NamedAddress', value: 'a' },
      ],
      [
        { type: 'Hostname', value: 'a' },
        { type: 'Hostname', value: 'a' },
      ],
      'spec.addresses.1.value: repeats "a"',
    ],
  ]),
];

export const GATEWAY_CASES: readonly Case[] = [
  ...ADDRESS_CASES,
  ...cases(gateway, [
    ['a Gateway has a class', {}, { gatewayClassName: undefined }, 'spec.gatewayClassName: is required'],
    ['a class name is not empty', {}, { gatewayClassName: '' }, 'spec.gatewayClassName: must not be empty'],
    ['a Gateway has listeners', {}, { listeners: undefined }, 'spec.listeners: is required'],
    [
      'defaultScope is an enum',
      { defaultScope: 'None' },
      { defaultScope: 'Same' },
      'spec.defaultScope: must be one of All, None, not "Same"',
    ],
    [
      'allowedListeners.namespaces.from is an enum',
      { allowedListeners: { namespaces: { from: 'None' } } },
      { allowedListeners: { namespaces: { from: 'Any' } } },
      'spec.allowedListeners.namespaces.from: must be one of All, Selector, Same, None, not "Any"',
    ],
    [
      'at most 8 infrastructure labels',
      { infrastructure: { labels: entries(8) } },
      { infrastructure: { labels: entries(9) } },
      'spec.infrastructure.labels: must have at most 8 entries, has 9',
    ],
    [
      'at most 16 infrastructure annotations',
      { infrastructure: { annotations: entries(16) } },
      { infrastructure: { annotations: entries(17) } },
      'spec.infrastructure.annotations: must have at most 16 entries, has 17',
    ],
    [
      'an infrastructure label has a key',
      { infrastructure: { labels: { 'example.com/a': 'b' } } },
      { infrastructure: { labels: { 'Example.com/a': 'b' } } },
      'spec.infrastructure.labels.Example.com/a: is no allowed key: a key must be at most 63 letters, digits, "-", "_" and ".", possibly after a domain and "/"',
    ],
    [
      'an infrastructure label has a value',
      { infrastructure: { labels: { a: '' } } },
      { infrastructure: { labels: { a: '-' } } },
      'spec.infrastructure.labels.a: must be letters, digits, "-", "_" and ".", starting and ending with a letter or digit, or empty, not "-"',
    ],
    [
      'an infrastructure annotation has a key',
      { infrastructure: { annotations: { a: ' ' } } },
      { infrastructure: { annotations: { 'a/b/c': ' ' } } },
      'spec.infrastructure.annotations.a/b/c: is no allowed key: a key must be at most 63 letters, digits, "-", "_" and ".", possibly after a domain and "/"',
    ],
    [
      'the domain of a key has a length',
      { infrastructure: { annotations: { [`${'x'.repeat(252)}/a`]: '' } } },
      { infrastructure: { annotations: { [`${'x'.repeat(253)}/a`]: '' } } },
      'spec.infrastructure.annotations.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx/a: is no allowed key: a key must have a domain of less than 253 characters',
    ],
    [
      'the domain of a label has a length',
      { infrastructure: { labels: { [`${'x'.repeat(252)}/a`]: '' } } },
      { infrastructure: { labels: { [`${'x'.repeat(253)}/a`]: '' } } },
      'spec.infrastructure.labels.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx/a: is no allowed key: a key must have a domain of less than 253 characters',
    ],
    [
      'parametersRef has a name',
      { infrastructure: { parametersRef: { group: '', kind: 'ConfigMap', name: 'a' } } },
      { infrastructure: { parametersRef: { group: '', kind: 'ConfigMap' } } },
      'spec.infrastructure.parametersRef.name: is required',
    ],
  ]),
  ...cases(frontend, [
    ['frontend has a default', { default: {} }, {}, 'spec.tls.frontend.default: is required'],
    [
      'validation has certificates',
      { default: {} },
      { default: { validation: { caCertificateRefs: [] } } },
      'spec.tls.frontend.default.validation.caCertificateRefs: must have at least 1 item',
    ],
    [
      'ports of perPort are unique',
      {
        default: {},
        perPort: [
          { port: 1, tls: {} },
          { port: 2, tls: {} },
        ],
      },
      {
        default: {},
        perPort: [
          { port: 1, tls: {} },
          { port: 1, tls: {} },
        ],
      },
      'spec.tls.frontend.perPort.1: must have another port than item 0: both have 1',
    ],
    [
      'perPort has tls',
      { default: {}, perPort: [{ port: 1, tls: {} }] },
      { default: {}, perPort: [{ port: 1 }] },
      'spec.tls.frontend.perPort.0.tls: is required',
    ],
  ]),
  ...cases(caRef, [
    [
      'a ClusterTrustBundle has no namespace',
      CLUSTER_BUNDLE,
      { ...CLUSTER_BUNDLE, namespace: 'a' },
      'spec.tls.frontend.default.validation.caCertificateRefs.0.namespace: must not be set: a ClusterTrustBundle has no namespace',
    ],
    [
      'a CA reference has a group',
      {},
      { group: undefined },
      'spec.tls.frontend.default.validation.caCertificateRefs.0.group: is required',
    ],
  ]),
];
