import type { Json } from '../api-server.ts';
import { type Case, cases, gatewayObject, times } from './case.ts';

const route = (spec: Json) => gatewayObject('GRPCRoute', spec);
const rule = (part: Json) => route({ rules: [part] });
const method = (part: Json) => rule({ matches: [{ method: part }] });
const backend = (part: Json) => rule({ backendRefs: [{ name: 'a', port: 80, ...part }] });
const HEADERS = { set: [{ name: 'a', value: 'b' }] };
const MIRROR = { backendRef: { name: 'a', port: 80 } };

export const GRPC_ROUTE_CASES: readonly Case[] = [
  ...cases(route, [
    ['a GRPCRoute needs no rules', {}, { rules: [{ name: '' }] }, 'spec.rules.0.name: must not be empty'],
    [
      'a GRPCRoute has at most 16 rules',
      { rules: times(16, () => ({})) },
      { rules: times(17, () => ({})) },
      'spec.rules: must have at most 16 items, has 17',
    ],
    [
      'a GRPCRoute has unique rule names',
      { rules: [{ name: 'a' }, { name: 'b' }, {}] },
      { rules: [{ name: 'a' }, { name: 'a' }] },
      'spec.rules.1.name: must be unique in the route; rule 0 has it too',
    ],
    [
      'a GRPCRoute has a bounded number of matches',
      { rules: times(2, () => ({ matches: times(64, () => ({})) })) },
      { rules: [...times(2, () => ({ matches: times(64, () => ({})) })), { matches: [{}] }] },
      'spec.rules: must have at most 128 matches in all rules together, has 129',
    ],
    [
      'a GRPCRoute hostname is a host name',
      { hostnames: ['*.a.example'] },
      { hostnames: ['a.*.example'] },
      'spec.hostnames.0: must be a host name in lower case, such as "shop.example" or "*.shop.example", not "a.*.example"',
    ],
  ]),
  ...cases(method, [
    [
      'a gRPC method match has a service or a method',
      { service: 'a.B' },
      {},
      'spec.rules.0.matches.0.method: must have a service, a method, or both',
    ],
    [
      'a gRPC service is a name',
      { service: '.a._B9.c' },
      { service: 'a..b' },
      'spec.rules.0.matches.0.method.service: must be the name of a service, such as "shop.v1.Cart", not "a..b"',
    ],
    [
      'a gRPC service folds case as RE2 does',
      { service: '\u212a' },
      { service: '\u00e4' },
      'spec.rules.0.matches.0.method.service: must be the name of a service, such as "shop.v1.Cart", not "\u00e4"',
    ],
    [
      'a gRPC method is a name',
      { method: 'A_9' },
      { method: '9a' },
      'spec.rules.0.matches.0.method.method: must be the name of a method, such as "AddItem", not "9a"',
    ],
    [
      'a gRPC method by regular expression is any text',
      { type: 'RegularExpression', method: '(a|b' },
      { type: 'Prefix', method: 'a' },
      'spec.rules.0.matches.0.method.type: must be one of Exact, RegularExpression, not "Prefix"',
    ],
    [
      'a gRPC method match is bounded',
      { type: 'RegularExpression', service: 'a'.repeat(1024) },
      { type: 'RegularExpression', service: 'a'.repeat(1025) },
      'spec.rules.0.matches.0.method.service: must have at most 1024 characters, has 1025',
    ],
  ]),
  ...cases(rule, [
    [
      'a gRPC header is matched once',
      { matches: [{ headers: [{ name: 'a', value: ' b' }] }] },
      {
        matches: [
          {
            headers: [
              { name: 'a', value: 'b' },
              { name: 'a', value: 'c' },
            ],
          },
        ],
      },
      'spec.rules.0.matches.0.headers.1: must have another name than item 0: both have "a"',
    ],
    [
      'a gRPC filter has the field of its type',
      { filters: [{ type: 'RequestMirror', requestMirror: MIRROR }] },
      { filters: [{ type: 'RequestMirror' }] },
      'spec.rules.0.filters.0.requestMirror: is required when type is RequestMirror',
    ],
    [
      'a gRPC filter is of a type that gRPC has',
      { filters: [{ type: 'ResponseHeaderModifier', responseHeaderModifier: HEADERS }] },
      { filters: [{ type: 'CORS' }] },
      'spec.rules.0.filters.0.type: must be one of ResponseHeaderModifier, RequestHeaderModifier, RequestMirror, ExtensionRef, not "CORS"',
    ],
    [
      'a gRPC filter is not repeated',
      { filters: times(2, () => ({ type: 'RequestMirror', requestMirror: MIRROR })) },
      { filters: times(2, () => ({ type: 'RequestHeaderModifier', requestHeaderModifier: HEADERS })) },
      'spec.rules.0.filters.1.type: repeats the filter RequestHeaderModifier of item 0; only one is allowed',
    ],
    [
      'a gRPC rule may keep sessions',
      { sessionPersistence: { cookie: {} } },
      { sessionPersistence: { type: 'Header' } },
      'spec.rules.0.sessionPersistence.header: is required when type is Header',
    ],
  ]),
  ...cases(backend, [
    [
      'a gRPC backend has a port',
      {},
      { port: undefined },
      'spec.rules.0.backendRefs.0.port: is required when the reference is to a Service',
    ],
    [
      'a gRPC backend has filters of its own',
      { filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: HEADERS }] },
      { filters: [{ type: 'RequestHeaderModifier', responseHeaderModifier: HEADERS, requestHeaderModifier: HEADERS }] },
      'spec.rules.0.backendRefs.0.filters.0.responseHeaderModifier: must not be set when type is RequestHeaderModifier; it belongs to type ResponseHeaderModifier',
    ],
  ]),
];
