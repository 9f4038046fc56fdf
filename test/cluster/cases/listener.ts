import type { Json } from '../api-server.ts';
import { type Case, cases, gatewayObject, times } from './case.ts';

const HTTP = { name: 'web', port: 80, protocol: 'HTTP' };
const gateway = (part: Json) => gatewayObject('Gateway', { gatewayClassName: 'a', listeners: [HTTP], ...part });
const listener = (part: Json) => gateway({ listeners: [{ ...HTTP, ...part }] });
const listeners = (parts: readonly Json[]) => gateway({ listeners: parts.map((part) => ({ ...HTTP, ...part })) });
const filter = (part: Json) => listener({ filters: { requests: [part] } });

const CERTIFICATE = { certificateRefs: [{ name: 'a' }] };
const HTTPS = { protocol: 'HTTPS', tls: CERTIFICATE };
const PASSTHROUGH = { mode: 'Passthrough' };
const EXTENSION = { group: 'example.com', kind: 'Filter', name: 'a' };
const AUTH = { protocol: 'GRPC', grpc: {}, backendRef: { name: 'a', port: 80 } };
const entries = (count: number) => Object.fromEntries(times(count, (i) => [`k${i}`, 'v']));

export const LISTENER_CASES: readonly Case[] = [
  ...cases(listener, [
    ['a listener has a name', {}, { name: undefined }, 'spec.listeners.0.name: is required'],
    [
      'a listener name is a name',
      { name: 'a.b' },
      { name: 'a_b' },
      'spec.listeners.0.name: must be lower-case letters, digits, "-" and ".", each part starting and ending with a letter or digit, not "a_b"',
    ],
    ['a listener has a port', {}, { port: undefined }, 'spec.listeners.0.port: is required'],
    [
      'a listener port is at most 65535',
      { port: 65535 },
      { port: 65536 },
      'spec.listeners.0.port: must be between 1 and 65535, not 65536',
    ],
    [
      'a listener port is at least 1',
      { port: 1 },
      { port: 0 },
      'spec.listeners.0.port: must be between 1 and 65535, not 0',
    ],
    ['a listener port is a number', { port: 80 }, { port: '80' }, 'spec.listeners.0.port: must be a number, not "80"'],
    ['a listener has a protocol', {}, { protocol: undefined }, 'spec.listeners.0.protocol: is required'],
    [
      'a protocol is a name or has a domain',
      { protocol: 'example.com/proto' },
      { protocol: 'a_b' },
      'spec.listeners.0.protocol: must be HTTP, HTTPS, TLS, TCP, UDP, or a domain and a name such as "example.com/proto", not "a_b"',
    ],
    [
      'a listener hostname is a host name',
      { hostname: '*.a.example' },
      { hostname: '*a.example' },
      'spec.listeners.0.hostname: must be a host name in lower case, such as "shop.example" or "*.shop.example", not "*a.example"',
    ],
    ['tls is not for HTTP', HTTPS, { tls: CERTIFICATE }, 'spec.listeners.0.tls: must not be set when protocol is HTTP'],
    [
      'tls is not for TCP',
      { protocol: 'TLS', tls: CERTIFICATE },
      { protocol: 'TCP', tls: CERTIFICATE },
      'spec.listeners.0.tls: must not be set when protocol is TCP',
    ],
    [
      'tls is not for UDP',
      { protocol: 'UDP' },
      { protocol: 'UDP', tls: CERTIFICATE },
      'spec.listeners.0.tls: must not be set when protocol is UDP',
    ],
    [
      'HTTPS terminates TLS',
      HTTPS,
      { protocol: 'HTTPS', tls: PASSTHROUGH },
      'spec.listeners.0.tls.mode: must be Terminate when protocol is HTTPS, not Passthrough',
    ],
    [
      'TLS has tls',
      { protocol: 'TLS', tls: PASSTHROUGH },
      { protocol: 'TLS' },
      'spec.listeners.0.tls: is required when protocol is TLS',
    ],
    [
      'TCP has no hostname',
      { protocol: 'TCP' },
      { protocol: 'TCP', hostname: 'a.example' },
      'spec.listeners.0.hostname: must not be set when protocol is TCP',
    ],
    [
      'UDP has no hostname',
      { protocol: 'UDP' },
      { protocol: 'UDP', hostname: 'a.example' },
      'spec.listeners.0.hostname: must not be set when protocol is UDP',
    ],
    [
      'filters are for HTTP',
      { ...HTTPS, filters: {} },
      { protocol: 'TCP', filters: {} },
      'spec.listeners.0.filters: must not be set unless protocol is HTTP or HTTPS; it is TCP',
    ],
    [
      'Terminate has a certificate or options',
      { protocol: 'HTTPS', tls: { options: { a: 'b' } } },
      { protocol: 'HTTPS', tls: {} },
      'spec.listeners.0.tls.certificateRefs: must have at least one item when mode is Terminate and there are no options',
    ],
    [
      'Terminate has certificates that are not empty',
      HTTPS,
      { protocol: 'HTTPS', tls: { certificateRefs: [], options: {} } },
      'spec.listeners.0.tls.certificateRefs: must have at least one item when mode is Terminate and there are no options',
    ],
    [
      'a tls mode is an enum',
      HTTPS,
      { protocol: 'HTTPS', tls: { ...CERTIFICATE, mode: 'Mutual' } },
      'spec.listeners.0.tls.mode: must be one of Terminate, Passthrough, not "Mutual"',
    ],
    [
      'at most 64 certificates',
      { protocol: 'HTTPS', tls: { certificateRefs: times(64, () => ({ name: 'a' })) } },
      { protocol: 'HTTPS', tls: { certificateRefs: times(65, () => ({ name: 'a' })) } },
      'spec.listeners.0.tls.certificateRefs: must have at most 64 items, has 65',
    ],
    [
      'at most 16 tls options',
      { protocol: 'HTTPS', tls: { options: entries(16) } },
      { protocol: 'HTTPS', tls: { options: entries(17) } },
      'spec.listeners.0.tls.options: must have at most 16 entries, has 17',
    ],
    [
      'a tls option has a length',
      { protocol: 'HTTPS', tls: { options: { a: 'x'.repeat(4096) } } },
      { protocol: 'HTTPS', tls: { options: { a: 'x'.repeat(4097) } } },
      'spec.listeners.0.tls.options.a: must have at most 4096 characters, has 4097',
    ],
    [
      'allowedRoutes.namespaces.from is an enum',
      { allowedRoutes: { namespaces: { from: 'All' } } },
      { allowedRoutes: { namespaces: { from: 'None' } } },
      'spec.listeners.0.allowedRoutes.namespaces.from: must be one of All, Selector, Same, not "None"',
    ],
    [
      'at most 8 kinds',
      { allowedRoutes: { kinds: times(8, () => ({ kind: 'A' })) } },
      { allowedRoutes: { kinds: times(9, () => ({ kind: 'A' })) } },
      'spec.listeners.0.allowedRoutes.kinds: must have at most 8 items, has 9',
    ],
    [
      'an allowed kind is a kind',
      { allowedRoutes: { kinds: [{ kind: 'A' }] } },
      { allowedRoutes: { kinds: [{ kind: '' }] } },
      'spec.listeners.0.allowedRoutes.kinds.0.kind: must not be empty',
    ],
    [
      'a selector expression has an operator',
      { allowedRoutes: { namespaces: { selector: { matchExpressions: [{ key: 'a', operator: 'any' }] } } } },
      { allowedRoutes: { namespaces: { selector: { matchExpressions: [{ key: 'a' }] } } } },
      'spec.listeners.0.allowedRoutes.namespaces.selector.matchExpressions.0.operator: is required',
    ],
  ]),
  ...cases(filter, [
    [
      'a listener filter ExtensionRef has extensionRef',
      { type: 'ExtensionRef', extensionRef: EXTENSION },
      { type: 'ExtensionRef' },
      'spec.listeners.0.filters.requests.0.extensionRef: is required when type is ExtensionRef',
    ],
    [
      'only ExtensionRef has extensionRef',
      { type: 'ExternalAuth', externalAuth: AUTH },
      { type: 'ExternalAuth', externalAuth: AUTH, extensionRef: EXTENSION },
      'spec.listeners.0.filters.requests.0.extensionRef: must not be set when type is ExternalAuth; it belongs to type ExtensionRef',
    ],
    [
      'a listener filter ExternalAuth has externalAuth',
      { type: 'ExternalAuth', externalAuth: AUTH },
      { type: 'ExternalAuth' },
      'spec.listeners.0.filters.requests.0.externalAuth: is required when type is ExternalAuth',
    ],
    [
      'only ExternalAuth has externalAuth',
      { type: 'ExtensionRef', extensionRef: EXTENSION },
      { type: 'ExtensionRef', extensionRef: EXTENSION, externalAuth: AUTH },
      'spec.listeners.0.filters.requests.0.externalAuth: must not be set when type is ExtensionRef; it belongs to type ExternalAuth',
    ],
    [
      'a listener filter type is an enum',
      { type: 'ExtensionRef', extensionRef: EXTENSION },
      { type: 'CORS' },
      'spec.listeners.0.filters.requests.0.type: must be one of ExternalAuth, ExtensionRef, not "CORS"',
    ],
  ]),
  ...cases(listeners, [
    ['at least one listener', [{}], [], 'spec.listeners: must have at least 1 item'],
    [
      'at most 64 listeners',
      times(64, (i) => ({ name: `l${i}`, port: i + 1 })),
      times(65, (i) => ({ name: `l${i}`, port: i + 1 })),
      'spec.listeners: must have at most 64 items, has 65',
    ],
    [
      'listener names are unique',
      [{}, { name: 'b', port: 81 }],
      [{}, { port: 81 }],
      'spec.listeners.1: must have another name than item 0: both have "web"',
    ],
    [
      'port, protocol and hostname are unique',
      [{}, { name: 'b', hostname: 'a.example' }],
      [{}, { name: 'b' }],
      'spec.listeners.1: has the same port, protocol and hostname as item 0; one of the three must differ',
    ],
    [
      'the same hostname on one port',
      [{ hostname: 'a.example' }, { name: 'b', hostname: 'b.example' }],
      [{ hostname: 'a.example' }, { name: 'b', hostname: 'a.example' }],
      'spec.listeners.1: has the same port, protocol and hostname as item 0; one of the three must differ',
    ],
  ]),
];
