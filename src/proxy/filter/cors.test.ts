import { describe, expect, test } from 'vitest';
import type { Cors } from '../../ir/filter.ts';
import { PlainRequest } from '../route/plain-request.ts';
import { CorsFilter } from './cors.ts';

function cors(more: Partial<Cors>): CorsFilter {
  return new CorsFilter({
    kind: 'CORS',
    allowOrigins: [],
    allowCredentials: false,
    allowMethods: [],
    allowHeaders: [],
    exposeHeaders: [],
    maxAge: 5,
    ...more,
  });
}

function preflight(filter: CorsFilter, origin: string, method: string, headers: string | null = null) {
  const fields: [string, string][] = [
    ['Origin', origin],
    ['Access-Control-Request-Method', method],
  ];
  if (headers !== null) fields.push(['Access-Control-Request-Headers', headers]);
  return filter.preflight(new PlainRequest('OPTIONS', 'a', '/', fields));
}

function fieldsOf(response: { readonly headers: readonly (readonly [string, string])[] } | null) {
  return Object.fromEntries(response?.headers.map(([name, value]) => [name.toLowerCase(), value]) ?? []);
}

function actual(filter: CorsFilter, origin: string | null) {
  const plan = filter.response(new PlainRequest('GET', 'a', '/', origin === null ? [] : [['Origin', origin]]));
  return Object.fromEntries(plan.lines.map(({ name, value }) => [name.toLowerCase(), value]));
}

const VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';

describe('preflight', () => {
  const listed = cors({
    allowOrigins: ['https://www.foo.com', 'https://*.bar.com'],
    allowMethods: ['GET', 'OPTIONS'],
    allowHeaders: ['x-header-1', 'x-header-2'],
    exposeHeaders: ['x-header-3', 'x-header-4'],
    allowCredentials: true,
    maxAge: 3600,
  });

  test.each(['https://www.foo.com', 'https://www.bar.com', 'https://xpto.www.bar.com'])('%s is allowed', (origin) => {
    const response = preflight(listed, origin, 'GET', 'x-header-1, x-header-2');
    expect(response?.status).toBe(204);
    expect(fieldsOf(response)).toEqual({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, OPTIONS',
      'access-control-allow-headers': 'x-header-1, x-header-2',
      'access-control-expose-headers': 'x-header-3, x-header-4',
      'access-control-max-age': '3600',
      'access-control-allow-credentials': 'true',
      vary: VARY,
    });
  });

  test.each([
    'https://foobar.com',
    'https://bar.com',
    'http://www.foo.com',
    'https://www.foo.com:8443',
    'null',
    'https://www.foo.com, https://a',
  ])('%s is not', (origin) => {
    const response = preflight(listed, origin, 'GET');
    expect(response?.status).toBe(204);
    expect(fieldsOf(response)).toEqual({ vary: VARY });
  });

  test('`*` without credentials', () => {
    const open = cors({ allowOrigins: ['*'], allowMethods: ['*'], allowHeaders: ['*'] });
    expect(fieldsOf(preflight(open, 'https://foobar.com:12345', 'PUT', 'authorization'))).toEqual({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': '*',
      'access-control-allow-headers': 'authorization',
      'access-control-max-age': '5',
    });
    expect(fieldsOf(preflight(open, 'null', 'PUT'))['access-control-allow-headers']).toBe('*');
  });

  test('`*` with credentials is answered by what was asked for', () => {
    const open = cors({
      allowOrigins: ['*'],
      allowMethods: ['*'],
      allowHeaders: ['*'],
      exposeHeaders: ['*'],
      allowCredentials: true,
    });
    expect(fieldsOf(preflight(open, 'https://a.example', 'PUT', 'x-1, x-2'))).toEqual({
      'access-control-allow-origin': 'https://a.example',
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'x-1, x-2',
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '5',
      vary: VARY,
    });
    expect(fieldsOf(preflight(open, 'https://a.example', 'PUT'))).not.toHaveProperty('access-control-allow-headers');
    expect(fieldsOf(preflight(open, 'null', 'PUT'))).toEqual({ vary: VARY });
    expect(fieldsOf(preflight(open, 'https://a, https://b', 'PUT'))).toEqual({ vary: VARY });
  });

  test.each([
    [
      'GET',
      [
        ['Origin', 'https://a'],
        ['Access-Control-Request-Method', 'GET'],
      ],
    ],
    ['OPTIONS', [['Origin', 'https://a']]],
    ['OPTIONS', [['Access-Control-Request-Method', 'GET']]],
  ] as [string, [string, string][]][])('%s %j is none', (method, fields) => {
    expect(listed.preflight(new PlainRequest(method, 'a', '/', fields))).toBeNull();
  });
});

describe('other requests', () => {
  test('an allowed origin is echoed', () => {
    const filter = cors({ allowOrigins: ['https://a.example'], exposeHeaders: ['x-a'], allowCredentials: true });
    expect(actual(filter, 'https://a.example')).toEqual({
      'access-control-allow-origin': 'https://a.example',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'x-a',
      vary: 'Origin',
    });
    expect(actual(filter, 'https://b.example')).toEqual({ vary: 'Origin' });
    expect(actual(filter, null)).toEqual({ vary: 'Origin' });
  });

  test('what is the same for every origin needs no Vary and no Origin', () => {
    const filter = cors({ allowOrigins: ['*'], exposeHeaders: ['*'] });
    const expected = { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' };
    expect(actual(filter, 'https://a.example')).toEqual(expected);
    expect(actual(filter, null)).toEqual(expected);
  });

  test("a backend's own word is left out, for refused origins too", () => {
    const filter = cors({ allowOrigins: ['https://a.example'] });
    for (const origin of ['https://a.example', 'https://b.example']) {
      const plan = filter.response(new PlainRequest('GET', 'a', '/', [['origin', origin]]));
      expect(plan.drop).toContain('access-control-allow-origin');
      expect(plan.drop).not.toContain('vary');
    }
  });
});

test.each([
  ['https://a.example:443', 'https://a.example', true],
  ['https://a.example', 'https://a.example:443', true],
  ['https://A.example', 'https://a.example', true],
  ['http://a.example:8080', 'http://a.example:8080', true],
  ['http://a.example:8080', 'http://a.example', false],
  ['https://*', 'https://any.where.example', true],
  ['https://*', 'http://any.example', false],
  ['https://*:8443', 'https://any.example:8443', true],
  ['https://*:8443', 'https://any.example', false],
  ['https://*.bar.com', 'https://.bar.com', false],
  ['https://*.bar.com', 'https://evil.com/.bar.com', false],
  ['https://*.bar.com', 'https://xbar.com', false],
  ['https://[::1]:8443', 'https://[::1]:8443', true],
  ['*', 'chrome-extension://abcdef', true],
])('%s allows %s: %s', (allowed, origin, expected) => {
  const fields = actual(cors({ allowOrigins: [allowed] }), origin);
  expect('access-control-allow-origin' in fields).toBe(expected);
});
