import { expect, test } from 'vitest';
import type { Match } from '../../ir/match.ts';
import type { Listener, RoutingTable, Rule } from '../../ir/table.ts';
import { compile } from '../compile/compile.ts';
import { explain } from './explain.ts';
import { PlainRequest } from './plain-request.ts';

function listener(port: number, hostname: string, protocol: 'HTTP' | 'HTTPS' = 'HTTP'): Listener {
  return { port, protocol, hostname, addresses: [], tls: null };
}

function match(path: string, more: Partial<Match> = {}): Match {
  return { path: { kind: 'prefix', value: path }, headers: [], query: [], method: '', ...more };
}

function rule(listeners: string[], hostname: string, order: number, matches: Match[], more: Partial<Rule> = {}): Rule {
  return {
    protocol: 'http',
    attachments: listeners.map((key) => ({ listener: key, hostname, routeHostname: hostname })),
    matches,
    filters: [],
    timeouts: { request: 0, backendRequest: 0 },
    retry: null,
    backends: [{ backend: 'service/shop/cart/80', weight: 1, filters: [], failure: null }],
    name: '',
    order: String(order),
    policies: [],
    ...more,
  };
}

const table: RoutingTable = {
  gateway: 'shop/web',
  listeners: {
    any: listener(80, ''),
    shop: listener(80, 'shop.example'),
    tls: listener(443, '', 'HTTPS'),
    secure: listener(443, 'shop.example', 'HTTPS'),
  },
  streams: {},
  rules: {
    cart: rule(
      ['shop', 'secure'],
      'shop.example',
      1,
      [match('/cart', { headers: [{ name: 'env', kind: 'exact', value: 'canary' }] }), match('/cart')],
      {
        filters: [
          { kind: 'URLRewrite', hostname: null, path: { kind: 'prefix', value: '/' } },
          { kind: 'RequestHeaderModifier', set: [], add: [], remove: ['x'] },
        ],
        backends: [
          {
            backend: 'service/shop/cart/80',
            weight: 95,
            filters: [{ kind: 'URLRewrite', hostname: 'cart.internal', path: null }],
            failure: null,
          },
          { backend: null, weight: 5, filters: [], failure: { status: 500, reason: 'BackendNotFound' } },
        ],
      },
    ),
    old: rule(['shop'], 'shop.example', 0, [match('/old')], {
      filters: [{ kind: 'RequestRedirect', scheme: 'https', hostname: null, path: null, port: null, statusCode: 301 }],
    }),
    all: rule(['shop'], '', 2, [
      match('', { method: 'POST' }),
      match('', { query: [{ name: 'q', kind: 'regex', value: '[0-9]+' }] }),
      match(''),
      { ...match(''), path: { kind: 'regex', value: '(' } },
    ]),
  },
  backends: {},
  endpoints: {},
  certificates: {},
  policies: {},
  secrets: {},
};
const compiled = compile(table, null);

function explained(port: number, target: string, host = 'shop.example', sni: string | null = null) {
  return explain(compiled, { port, sni, view: new PlainRequest('GET', host, target, [['env', 'prod']]) });
}

test('why every other candidate lost', () => {
  const { outcome, listeners, candidates } = explained(80, '/cart/1?q=x');
  expect(outcome).toEqual({ status: 0, rule: 'cart', match: 1 });
  expect(listeners).toEqual([
    { listener: 'shop', hostname: 'shop.example', lost: null },
    { listener: 'any', hostname: '', lost: 'less specific hostname than shop' },
  ]);
  expect(candidates.map(({ rule: key, match: index, lost }) => [key, index, lost])).toEqual([
    ['cart', 0, 'header env is "prod", not "canary"'],
    ['cart', 1, null],
    ['old', 0, 'path /cart/1 is not below /old'],
    ['all', 3, expect.stringMatching(/^path pattern \( is not valid: /)],
    ['all', 0, 'method GET is not POST'],
    ['all', 1, 'query parameter q is "x", which does not match [0-9]+'],
    ['all', 2, 'lower precedence than cart, match 1'],
  ]);
});

test('filters in the order of their phases, and what each backend gets', () => {
  const { filters, backends, answer } = explained(80, '/cart/1?q=x');
  expect(filters.map(({ phase }) => phase)).toEqual(['request-headers', 'rewrite']);
  expect(answer).toBeNull();
  expect(backends).toEqual([
    {
      backend: 'service/shop/cart/80',
      weight: 95,
      share: 0.95,
      failure: null,
      filters: [expect.objectContaining({ phase: 'rewrite' })],
      forwards: { host: 'cart.internal', path: '/1?q=x' },
    },
    {
      backend: null,
      weight: 5,
      share: 0.05,
      failure: { status: 500, reason: 'BackendNotFound' },
      filters: [],
      forwards: { host: 'shop.example', path: '/1?q=x' },
    },
  ]);
});

test('a redirect is shown as the answer', () => {
  expect(explained(80, '/old/x').answer).toEqual({
    status: 301,
    headers: [['Location', 'https://shop.example/old/x']],
    body: '',
  });
});

test('requests without a rule', () => {
  expect(explained(80, '/x', 'else.example').outcome).toEqual({
    status: 404,
    reason: 'NoRule',
    detail: 'else.example belongs to any, none of whose rules match; no other listener is asked',
  });
  expect(explained(443, '/cart', 'shop.example', 'else.example').outcome).toEqual({
    status: 421,
    reason: 'Misdirected',
    detail: 'SNI else.example belongs to tls, host shop.example to secure',
  });
  expect(() => explained(81, '/')).toThrow('port 81: Gateway shop/web has no listener there, only on 80, 443');
});

test('an explanation survives JSON', () => {
  const explanation = explained(80, '/cart/1');
  expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
});
