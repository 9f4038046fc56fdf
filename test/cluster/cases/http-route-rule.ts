import type { Json } from '../api-server.ts';
import { type Case, cases, gatewayObject, times } from './case.ts';

const route = (spec: unknown) => gatewayObject('HTTPRoute', spec);
const rule = (part: Json) => route({ rules: [part] });
const PREFIX = [{ path: { type: 'PathPrefix', value: '/a' } }];
const backends = (...refs: Json[]) => ({ backendRefs: refs.map((ref) => ({ name: 'a', port: 80, ...ref })) });
const redirect = (part: Json) => ({ type: 'RequestRedirect', requestRedirect: part });
const rewrite = (part: Json) => ({ type: 'URLRewrite', urlRewrite: part });
const REPLACE = { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/b' } };

export const HTTP_ROUTE_RULE_CASES: readonly Case[] = [
  ...cases(rule, [
    [
      'at most 16 backendRefs',
      backends(...times(16, () => ({}))),
      backends(...times(17, () => ({}))),
      'spec.rules.0.backendRefs: must have at most 16 items, has 17',
    ],
    [
      'a backendRef has a name',
      backends({}),
      backends({ name: undefined }),
      'spec.rules.0.backendRefs.0.name: is required',
    ],
    [
      'a weight is not negative',
      backends({ weight: 0 }),
      backends({ weight: -1 }),
      'spec.rules.0.backendRefs.0.weight: must be between 0 and 1000000, not -1',
    ],
    [
      'a weight is at most a million',
      backends({ weight: 1_000_000 }),
      backends({ weight: 1_000_001 }),
      'spec.rules.0.backendRefs.0.weight: must be between 0 and 1000000, not 1000001',
    ],
    [
      'a weight is whole',
      backends({ weight: 1 }),
      backends({ weight: 1.5 }),
      'spec.rules.0.backendRefs.0.weight: must be a whole number, not 1.5',
    ],
    [
      'a Service reference has a port',
      backends({ kind: 'Other', port: undefined }),
      backends({ port: undefined }),
      'spec.rules.0.backendRefs.0.port: is required when the reference is to a Service',
    ],
    [
      'an XBackend reference has no port',
      backends({ group: 'gateway.networking.x-k8s.io', kind: 'XBackend', port: undefined }),
      backends({ group: 'gateway.networking.x-k8s.io', kind: 'XBackend' }),
      'spec.rules.0.backendRefs.0.port: must not be set when the reference is to an XBackend',
    ],
    [
      'a timeout is a duration',
      { timeouts: { request: '1h1m1s1ms' } },
      { timeouts: { request: '1.5s' } },
      'spec.rules.0.timeouts.request: must be a duration such as "10s", "1m30s" or "500ms", not "1.5s"',
    ],
    [
      'a timeout has four parts',
      { timeouts: { request: '1s1s1s1s' } },
      { timeouts: { request: '1s1s1s1s1s' } },
      'spec.rules.0.timeouts.request: must be a duration such as "10s", "1m30s" or "500ms", not "1s1s1s1s1s"',
    ],
    [
      'backendRequest is not longer than request',
      { timeouts: { request: '1m', backendRequest: '60s' } },
      { timeouts: { request: '1m', backendRequest: '60001ms' } },
      'spec.rules.0.timeouts.backendRequest: must not be longer than request, 1m; it is 60001ms',
    ],
    [
      'a request timeout of 0 is none',
      { timeouts: { request: '0s', backendRequest: '1s' } },
      { timeouts: { request: '1ms', backendRequest: '1s' } },
      'spec.rules.0.timeouts.backendRequest: must not be longer than request, 1ms; it is 1s',
    ],
    [
      'retry attempts are not negative',
      { retry: { attempts: 0 } },
      { retry: { attempts: -1 } },
      'spec.rules.0.retry.attempts: must be at least 0, not -1',
    ],
    [
      'retry backoff is a duration',
      { retry: { backoff: '100ms' } },
      { retry: { backoff: '100' } },
      'spec.rules.0.retry.backoff: must be a duration such as "10s", "1m30s" or "500ms", not "100"',
    ],
    [
      'retry codes are errors',
      { retry: { codes: [400, 599] } },
      { retry: { codes: [399] } },
      'spec.rules.0.retry.codes.0: must be between 400 and 599, not 399',
    ],
    [
      'retry codes are unique',
      { retry: { codes: [500, 503] } },
      { retry: { codes: [500, 500] } },
      'spec.rules.0.retry.codes.1: must have another value than item 0: both have 500',
    ],
    [
      'a cookie session has a cookie',
      { sessionPersistence: { cookie: {} } },
      { sessionPersistence: {} },
      'spec.rules.0.sessionPersistence.cookie: is required when type is Cookie',
    ],
    [
      'a header session has a header',
      { sessionPersistence: { type: 'Header', header: { name: 'a' } } },
      { sessionPersistence: { type: 'Header' } },
      'spec.rules.0.sessionPersistence.header: is required when type is Header',
    ],
    [
      'a header session has no cookie',
      { sessionPersistence: { type: 'Header', header: { name: 'a' } } },
      { sessionPersistence: { type: 'Header', header: { name: 'a' }, cookie: {} } },
      'spec.rules.0.sessionPersistence.cookie: must not be set when type is Header; it belongs to type Cookie',
    ],
    [
      'a cookie session has no header',
      { sessionPersistence: { cookie: {} } },
      { sessionPersistence: { cookie: {}, header: { name: 'a' } } },
      'spec.rules.0.sessionPersistence.header: must not be set when type is Cookie; it belongs to type Header',
    ],
    [
      'a permanent cookie has a timeout',
      { sessionPersistence: { absoluteTimeout: '1h', cookie: { lifetimeType: 'Permanent' } } },
      { sessionPersistence: { cookie: { lifetimeType: 'Permanent' } } },
      'spec.rules.0.sessionPersistence.absoluteTimeout: is required when cookie.lifetimeType is Permanent',
    ],
    [
      'a session cookie has a token for a name',
      { sessionPersistence: { cookie: { name: 'a' } } },
      { sessionPersistence: { cookie: { name: 'a=b' } } },
      'spec.rules.0.sessionPersistence.cookie.name: must be letters, digits and !#$%&\'*+-.^_`|~, not "a=b"',
    ],
    [
      'a redirect answers instead of backends',
      { filters: [redirect({})] },
      { filters: [redirect({})], ...backends({}) },
      'spec.rules.0.backendRefs: must not have items: the RequestRedirect of filters item 0 answers every request of the rule',
    ],
    [
      'a redirect of a prefix has one prefix',
      { matches: PREFIX, filters: [redirect(REPLACE)] },
      { matches: [...PREFIX, ...PREFIX], filters: [redirect(REPLACE)] },
      'spec.rules.0.filters.0.requestRedirect.path.type: must not be ReplacePrefixMatch in a RequestRedirect unless the rule has exactly one match, of path type PathPrefix',
    ],
    [
      'a redirect of a prefix has a prefix',
      { filters: [redirect(REPLACE)] },
      { matches: [{ path: { type: 'Exact' } }], filters: [redirect(REPLACE)] },
      'spec.rules.0.filters.0.requestRedirect.path.type: must not be ReplacePrefixMatch in a RequestRedirect unless the rule has exactly one match, of path type PathPrefix',
    ],
    [
      'a rewrite of a prefix has one prefix',
      { matches: PREFIX, filters: [rewrite(REPLACE)] },
      { matches: [{ path: { type: 'Exact' } }], filters: [rewrite(REPLACE)] },
      'spec.rules.0.filters.0.urlRewrite.path.type: must not be ReplacePrefixMatch in a URLRewrite unless the rule has exactly one match, of path type PathPrefix',
    ],
    [
      'a rewrite of a prefix has a match',
      { matches: PREFIX, filters: [rewrite(REPLACE)] },
      { matches: [], filters: [rewrite(REPLACE)] },
      'spec.rules.0.filters.0.urlRewrite.path.type: must not be ReplacePrefixMatch in a URLRewrite unless the rule has exactly one match, of path type PathPrefix',
    ],
    [
      'a redirect of a prefix in a backend',
      { matches: PREFIX, ...backends({ filters: [redirect(REPLACE)] }) },
      { matches: [...PREFIX, ...PREFIX], ...backends({ filters: [redirect(REPLACE)] }) },
      'spec.rules.0.backendRefs.0.filters.0.requestRedirect.path.type: must not be ReplacePrefixMatch in a RequestRedirect unless the rule has exactly one match, of path type PathPrefix',
    ],
    [
      'a rewrite of a prefix in a backend',
      { matches: PREFIX, ...backends({ filters: [rewrite(REPLACE)] }) },
      { matches: [...PREFIX, ...PREFIX], ...backends({ filters: [rewrite(REPLACE)] }) },
      'spec.rules.0.backendRefs.0.filters.0.urlRewrite.path.type: must not be ReplacePrefixMatch in a URLRewrite unless the rule has exactly one match, of path type PathPrefix',
    ],
    [
      'a rewrite of a prefix in two backends escapes the CRD',
      { matches: [], ...backends({ filters: [rewrite(REPLACE)] }, { filters: [rewrite(REPLACE)] }) },
      { matches: [], ...backends({ filters: [rewrite(REPLACE)] }, {}) },
      'spec.rules.0.backendRefs.0.filters.0.urlRewrite.path.type: must not be ReplacePrefixMatch in a URLRewrite unless the rule has exactly one match, of path type PathPrefix',
    ],
  ]),
];
