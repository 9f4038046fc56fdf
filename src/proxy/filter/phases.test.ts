import { expect, test } from 'vitest';
import type { Filter } from '../../ir/filter.ts';
import { inPhaseOrder, PHASES } from './phases.ts';

const edits = (name: string) => ({ set: [], add: [], remove: [name] });
const every: { readonly [K in Filter['kind']]: Filter } = {
  Aggregate: { kind: 'Aggregate', name: 'a/b', timeout: 1, maxBytes: 1, parts: [] },
  GRPCTranscode: {
    kind: 'GRPCTranscode',
    filter: 'a/b',
    descriptorSet: 'configmap/a/b/c',
    bindings: [],
    ignoresUnknown: false,
    maxRequestBytes: 1,
    maxResponseBytes: 1,
    timeout: 1,
  },
  GRPCWeb: { kind: 'GRPCWeb', filter: 'a/b', maxRequestBytes: 1 },
  SOAP: {
    kind: 'SOAP',
    filter: 'a/b',
    version: '1.1',
    action: '',
    element: 'a',
    namespace: '',
    qualified: true,
    arrays: [],
    numbers: [],
    booleans: [],
    maxRequestBytes: 1,
    maxResponseBytes: 1,
    timeout: 1,
  },
  ResponseHeaderModifier: { kind: 'ResponseHeaderModifier', ...edits('a') },
  RequestMirror: { kind: 'RequestMirror', backend: null, numerator: 1, denominator: 1 },
  URLRewrite: { kind: 'URLRewrite', hostname: 'a', path: null },
  RequestHeaderModifier: { kind: 'RequestHeaderModifier', ...edits('a') },
  RequestRedirect: { kind: 'RequestRedirect', scheme: null, hostname: null, path: null, port: null, statusCode: 302 },
  Transform: {
    kind: 'Transform',
    filter: 'a/b',
    method: null,
    hostname: null,
    path: null,
    query: [],
    dropQuery: [],
    request: [],
    response: [],
  },
  Compression: { kind: 'Compression', filter: 'a/b', encodings: [], contentTypes: [], minBytes: 0 },
  DirectResponse: { kind: 'DirectResponse', filter: 'a/b', status: 404, headers: [], body: '' },
  ExternalAuth: {
    kind: 'ExternalAuth',
    protocol: 'HTTP',
    backend: 'service/a/b/80',
    path: '',
    allowedHeaders: [],
    allowedResponseHeaders: [],
    maxBody: 0,
    timeout: 1,
  },
  CORS: {
    kind: 'CORS',
    allowOrigins: [],
    allowCredentials: false,
    allowMethods: [],
    allowHeaders: [],
    exposeHeaders: [],
    maxAge: 5,
  },
};

test('every kind of filter has exactly one phase', () => {
  expect(inPhaseOrder(Object.values(every)).map((filter) => filter.kind)).toEqual(PHASES.map((phase) => phase.kind));
});

test('filters of one kind keep their order', () => {
  const second: Filter = { kind: 'RequestHeaderModifier', ...edits('b') };
  expect(inPhaseOrder([every.URLRewrite, every.RequestHeaderModifier, every.CORS, second])).toEqual([
    every.CORS,
    every.RequestHeaderModifier,
    second,
    every.URLRewrite,
  ]);
});
