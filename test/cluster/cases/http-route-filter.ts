import type { Json } from '../api-server.ts';
import { type Case, cases, gatewayObject, times } from './case.ts';

const route = (filters: unknown) => gatewayObject('HTTPRoute', { rules: [{ filters }] });
const filter = (part: Json) => route([part]);
const requestHeaders = (part: Json) => filter({ type: 'RequestHeaderModifier', requestHeaderModifier: part });
const mirror = (part: Json) =>
  filter({ type: 'RequestMirror', requestMirror: { backendRef: { name: 'a', port: 80 }, ...part } });
const redirect = (part: Json) => filter({ type: 'RequestRedirect', requestRedirect: part });
const rewrite = (part: Json) => filter({ type: 'URLRewrite', urlRewrite: part });
const cors = (part: Json) => filter({ type: 'CORS', cors: part });
const auth = (part: Json) =>
  filter({ type: 'ExternalAuth', externalAuth: { backendRef: { name: 'a', port: 80 }, ...part } });

const BACKEND = { name: 'a', port: 80 };
/** Each filter with the field that belongs to it. */
const MEMBERS: readonly (readonly [type: string, field: string, value: unknown])[] = [
  ['RequestHeaderModifier', 'requestHeaderModifier', {}],
  ['ResponseHeaderModifier', 'responseHeaderModifier', {}],
  ['RequestMirror', 'requestMirror', { backendRef: BACKEND }],
  ['RequestRedirect', 'requestRedirect', {}],
  ['URLRewrite', 'urlRewrite', {}],
  ['CORS', 'cors', {}],
  ['ExternalAuth', 'externalAuth', { protocol: 'HTTP', http: {}, backendRef: BACKEND }],
  ['ExtensionRef', 'extensionRef', { group: 'example.com', kind: 'Filter', name: 'a' }],
];

const MEMBER_CASES: readonly Case[] = MEMBERS.flatMap(([type, field, value], index) => {
  const [otherType, otherField, otherValue] = MEMBERS[(index + 1) % MEMBERS.length]!;
  const whole = { type, [field]: value };
  return cases(filter, [
    [
      `a filter ${type} has ${field}`,
      whole,
      { type },
      `spec.rules.0.filters.0.${field}: is required when type is ${type}`,
    ],
    [
      `only a filter ${otherType} has ${otherField}`,
      whole,
      { ...whole, [otherField]: otherValue },
      `spec.rules.0.filters.0.${otherField}: must not be set when type is ${type}; it belongs to type ${otherType}`,
    ],
  ]);
});

const TWICE = ['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestRedirect', 'URLRewrite', 'CORS'];
const TWICE_CASES: readonly Case[] = TWICE.flatMap((name) => {
  const [type, field, value] = MEMBERS.find(([each]) => each === name)!;
  const whole = { type, [field]: value };
  return cases(route, [
    [
      `only one filter ${type}`,
      [whole],
      [whole, whole],
      `spec.rules.0.filters.1.type: repeats the filter ${type} of item 0; only one is allowed`,
    ],
  ]);
});

const HEADER = { name: 'a', value: 'b' };

export const HTTP_ROUTE_FILTER_CASES: readonly Case[] = [
  ...MEMBER_CASES,
  ...TWICE_CASES,
  ...cases(route, [
    [
      'at most 16 filters',
      times(16, () => ({ type: 'RequestMirror', requestMirror: { backendRef: BACKEND } })),
      times(17, () => ({ type: 'RequestMirror', requestMirror: { backendRef: BACKEND } })),
      'spec.rules.0.filters: must have at most 16 items, has 17',
    ],
    [
      'redirect and rewrite exclude each other',
      [{ type: 'URLRewrite', urlRewrite: {} }],
      [
        { type: 'URLRewrite', urlRewrite: {} },
        { type: 'RequestRedirect', requestRedirect: {} },
      ],
      'spec.rules.0.filters.0.type: must not be URLRewrite beside the RequestRedirect of item 1',
    ],
  ]),
  ...cases(filter, [
    [
      'a filter type is an enum',
      { type: 'CORS', cors: {} },
      { type: 'Compress' },
      'spec.rules.0.filters.0.type: must be one of RequestHeaderModifier, ResponseHeaderModifier, RequestMirror, RequestRedirect, URLRewrite, ExtensionRef, CORS, ExternalAuth, not "Compress"',
    ],
    ['a filter has a type', { type: 'CORS', cors: {} }, {}, 'spec.rules.0.filters.0.type: is required'],
    [
      'an extensionRef has a kind',
      { type: 'ExtensionRef', extensionRef: { group: '', kind: 'A', name: 'a' } },
      { type: 'ExtensionRef', extensionRef: { group: '', name: 'a' } },
      'spec.rules.0.filters.0.extensionRef.kind: is required',
    ],
  ]),
  ...cases(requestHeaders, [
    [
      'a header value has a length',
      { set: [{ name: 'a', value: 'x'.repeat(4096) }] },
      { set: [{ name: 'a', value: 'x'.repeat(4097) }] },
      'spec.rules.0.filters.0.requestHeaderModifier.set.0.value: must have at most 4096 characters, has 4097',
    ],
    [
      'a header value has no control characters',
      { set: [{ name: 'a', value: 'b\tc' }] },
      { set: [{ name: 'a', value: 'b\r\nc' }] },
      'spec.rules.0.filters.0.requestHeaderModifier.set.0.value: must be visible ASCII characters with single spaces or tabs only between them, not "b\\r\\nc"',
    ],
    [
      'a header value has no space at its end',
      { add: [HEADER] },
      { add: [{ name: 'a', value: 'b ' }] },
      'spec.rules.0.filters.0.requestHeaderModifier.add.0.value: must be visible ASCII characters with single spaces or tabs only between them, not "b "',
    ],
    [
      'a header name is a token',
      { add: [HEADER] },
      { add: [{ name: 'a:', value: 'b' }] },
      'spec.rules.0.filters.0.requestHeaderModifier.add.0.name: must be letters, digits and !#$%&\'*+-.^_`|~, not "a:"',
    ],
    [
      'a header name has a length',
      { add: [{ name: 'x'.repeat(256), value: 'b' }] },
      { add: [{ name: 'x'.repeat(257), value: 'b' }] },
      'spec.rules.0.filters.0.requestHeaderModifier.add.0.name: must have at most 256 characters, has 257',
    ],
    [
      'names of added headers are unique',
      { add: [HEADER], set: [HEADER] },
      { add: [HEADER, HEADER] },
      'spec.rules.0.filters.0.requestHeaderModifier.add.1: must have another name than item 0: both have "a"',
    ],
    [
      'names of removed headers are unique',
      { remove: ['a', 'A'] },
      { remove: ['a', 'a'] },
      'spec.rules.0.filters.0.requestHeaderModifier.remove.1: must have another value than item 0: both have "a"',
    ],
    [
      'at most 16 removed headers',
      { remove: times(16, (i) => `h${i}`) },
      { remove: times(17, (i) => `h${i}`) },
      'spec.rules.0.filters.0.requestHeaderModifier.remove: must have at most 16 items, has 17',
    ],
  ]),
  ...cases(mirror, [
    [
      'a mirror has a backend',
      {},
      { backendRef: undefined },
      'spec.rules.0.filters.0.requestMirror.backendRef: is required',
    ],
    [
      'a mirrored Service has a port',
      {},
      { backendRef: { name: 'a' } },
      'spec.rules.0.filters.0.requestMirror.backendRef.port: is required when the reference is to a Service',
    ],
    [
      'percent is at most 100',
      { percent: 100 },
      { percent: 101 },
      'spec.rules.0.filters.0.requestMirror.percent: must be between 0 and 100, not 101',
    ],
    [
      'percent and fraction exclude each other',
      { percent: 1 },
      { percent: 1, fraction: { numerator: 1 } },
      'spec.rules.0.filters.0.requestMirror.fraction: must not be set beside percent: the share is either of the two',
    ],
    [
      'a fraction has a numerator',
      { fraction: { numerator: 0 } },
      { fraction: { denominator: 10 } },
      'spec.rules.0.filters.0.requestMirror.fraction.numerator: is required',
    ],
    [
      'a fraction is at most one',
      { fraction: { numerator: 100 } },
      { fraction: { numerator: 101 } },
      'spec.rules.0.filters.0.requestMirror.fraction.numerator: must be at most the denominator, 100, not 101',
    ],
    [
      'a denominator is not 0',
      { fraction: { numerator: 1, denominator: 1 } },
      { fraction: { numerator: 0, denominator: 0 } },
      'spec.rules.0.filters.0.requestMirror.fraction.denominator: must be at least 1, not 0',
    ],
  ]),
  ...cases(redirect, [
    [
      'a redirect scheme is http or https',
      { scheme: 'http' },
      { scheme: 'ftp' },
      'spec.rules.0.filters.0.requestRedirect.scheme: must be one of http, https, not "ftp"',
    ],
    [
      'a redirect hostname has no wildcard',
      { hostname: 'a.example' },
      { hostname: '*.a.example' },
      'spec.rules.0.filters.0.requestRedirect.hostname: must be a host name in lower case without a wildcard, such as "shop.example", not "*.a.example"',
    ],
    [
      'a redirect port is a port',
      { port: 1 },
      { port: 0 },
      'spec.rules.0.filters.0.requestRedirect.port: must be between 1 and 65535, not 0',
    ],
    [
      'a redirect status is one of five',
      { statusCode: 308 },
      { statusCode: 304 },
      'spec.rules.0.filters.0.requestRedirect.statusCode: must be one of 301, 302, 303, 307, 308, not 304',
    ],
    [
      'ReplaceFullPath has replaceFullPath',
      { path: { type: 'ReplaceFullPath', replaceFullPath: '' } },
      { path: { type: 'ReplaceFullPath' } },
      'spec.rules.0.filters.0.requestRedirect.path.replaceFullPath: is required when type is ReplaceFullPath',
    ],
    [
      'only ReplaceFullPath has replaceFullPath',
      { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '' } },
      { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '', replaceFullPath: '' } },
      'spec.rules.0.filters.0.requestRedirect.path.replaceFullPath: must not be set when type is ReplacePrefixMatch; it belongs to type ReplaceFullPath',
    ],
  ]),
  ...cases(rewrite, [
    [
      'a rewrite hostname has no wildcard',
      { hostname: 'a.example' },
      { hostname: '*' },
      'spec.rules.0.filters.0.urlRewrite.hostname: must be a host name in lower case without a wildcard, such as "shop.example", not "*"',
    ],
    [
      'ReplacePrefixMatch has replacePrefixMatch',
      { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } },
      { path: { type: 'ReplacePrefixMatch' } },
      'spec.rules.0.filters.0.urlRewrite.path.replacePrefixMatch: is required when type is ReplacePrefixMatch',
    ],
    [
      'only ReplacePrefixMatch has replacePrefixMatch',
      { path: { type: 'ReplaceFullPath', replaceFullPath: '/' } },
      { path: { type: 'ReplaceFullPath', replaceFullPath: '/', replacePrefixMatch: '/' } },
      'spec.rules.0.filters.0.urlRewrite.path.replacePrefixMatch: must not be set when type is ReplaceFullPath; it belongs to type ReplacePrefixMatch',
    ],
    [
      'a path modifier has a type',
      { path: { type: 'ReplaceFullPath', replaceFullPath: '/' } },
      { path: {} },
      'spec.rules.0.filters.0.urlRewrite.path.type: is required',
    ],
    [
      'a replacement has a length',
      { path: { type: 'ReplaceFullPath', replaceFullPath: 'x'.repeat(1024) } },
      { path: { type: 'ReplaceFullPath', replaceFullPath: 'x'.repeat(1025) } },
      'spec.rules.0.filters.0.urlRewrite.path.replaceFullPath: must have at most 1024 characters, has 1025',
    ],
  ]),
  ...cases(cors, [
    [
      'an origin is an origin',
      { allowOrigins: ['https://a.example', 'https://*:8080'] },
      { allowOrigins: ['a.example'] },
      'spec.rules.0.filters.0.cors.allowOrigins.0: must be "*" or an origin such as "https://app.example", "https://*.app.example" or "http://app.example:8080", not "a.example"',
    ],
    [
      'an origin has no path',
      { allowOrigins: ['http://*.a.example'] },
      { allowOrigins: ['http://a.example/'] },
      'spec.rules.0.filters.0.cors.allowOrigins.0: must be "*" or an origin such as "https://app.example", "https://*.app.example" or "http://app.example:8080", not "http://a.example/"',
    ],
    [
      'origins are unique',
      { allowOrigins: ['http://a', 'http://b'] },
      { allowOrigins: ['http://a', 'http://a'] },
      'spec.rules.0.filters.0.cors.allowOrigins.1: must have another value than item 0: both have "http://a"',
    ],
    [
      'the origin * stands alone',
      { allowOrigins: ['*'] },
      { allowOrigins: ['*', 'http://a'] },
      'spec.rules.0.filters.0.cors.allowOrigins: must be either ["*"] alone or a list without "*"',
    ],
    [
      'the method * stands alone',
      { allowMethods: ['*'] },
      { allowMethods: ['GET', '*'] },
      'spec.rules.0.filters.0.cors.allowMethods: must be either ["*"] alone or a list without "*"',
    ],
    [
      'a CORS method is a method',
      { allowMethods: ['GET'] },
      { allowMethods: ['QUERY'] },
      'spec.rules.0.filters.0.cors.allowMethods.0: must be one of GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH, *, not "QUERY"',
    ],
    [
      'the header * stands alone',
      { allowHeaders: ['*'] },
      { allowHeaders: ['*', 'a'] },
      'spec.rules.0.filters.0.cors.allowHeaders: must be either ["*"] alone or a list without "*"',
    ],
    [
      'an exposed header is a token',
      { exposeHeaders: ['*', 'a'] },
      { exposeHeaders: ['a,b'] },
      'spec.rules.0.filters.0.cors.exposeHeaders.0: must be letters, digits and !#$%&\'*+-.^_`|~, not "a,b"',
    ],
    [
      'maxAge is positive',
      { maxAge: 1 },
      { maxAge: 0 },
      'spec.rules.0.filters.0.cors.maxAge: must be at least 1, not 0',
    ],
    [
      'allowCredentials is a boolean',
      { allowCredentials: false },
      { allowCredentials: 'true' },
      'spec.rules.0.filters.0.cors.allowCredentials: must be true or false, not "true"',
    ],
  ]),
  ...cases(auth, [
    [
      'HTTP authorization has http',
      { protocol: 'HTTP', http: {} },
      { protocol: 'HTTP' },
      'spec.rules.0.filters.0.externalAuth.http: is required when protocol is HTTP',
    ],
    [
      'only HTTP authorization has http',
      { protocol: 'GRPC', grpc: {} },
      { protocol: 'GRPC', grpc: {}, http: {} },
      'spec.rules.0.filters.0.externalAuth.http: must not be set when protocol is GRPC; it belongs to protocol HTTP',
    ],
    [
      'GRPC authorization has grpc',
      { protocol: 'GRPC', grpc: {} },
      { protocol: 'GRPC' },
      'spec.rules.0.filters.0.externalAuth.grpc: is required when protocol is GRPC',
    ],
    [
      'only GRPC authorization has grpc',
      { protocol: 'HTTP', http: {} },
      { protocol: 'HTTP', http: {}, grpc: {} },
      'spec.rules.0.filters.0.externalAuth.grpc: must not be set when protocol is HTTP; it belongs to protocol GRPC',
    ],
    [
      'an authorization path is a path',
      { protocol: 'HTTP', http: { path: '/a%20b' } },
      { protocol: 'HTTP', http: { path: '/a b' } },
      'spec.rules.0.filters.0.externalAuth.http.path: must be letters, digits and -/._~!$&\'()*+,;=:@, others percent-encoded, not "/a b"',
    ],
    [
      'a forwarded body has a size',
      { protocol: 'HTTP', http: {}, forwardBody: { maxSize: 0 } },
      { protocol: 'HTTP', http: {}, forwardBody: { maxSize: -1 } },
      'spec.rules.0.filters.0.externalAuth.forwardBody.maxSize: must be at least 0, not -1',
    ],
    [
      'an authorization protocol is an enum',
      { protocol: 'HTTP', http: {} },
      { protocol: 'TCP' },
      'spec.rules.0.filters.0.externalAuth.protocol: must be one of HTTP, GRPC, not "TCP"',
    ],
  ]),
];
