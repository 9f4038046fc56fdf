/** Rows of group MATCH: headers, cookies and the query. */
import { expect } from 'vitest';
import { startBackend } from './backend.ts';
import { GATEWAY, startGateway } from './gateway.ts';
import { type Asked, exact, expectHeld, httpRoute, matchPolicy, narrowed, rule, startMatching } from './matching.ts';
import { row } from './row.ts';

row(['MATCH-11', 'MATCH-12', 'MATCH-13', 'NO-03'], 'headers, all of which must be there', async () => {
  const headers = [
    { name: 'country', value: 'uk' },
    { name: 'Version', value: 'v1' },
  ];
  const app = await startMatching(
    ['uk', 'v2', 'rest'],
    [
      httpRoute('r', [
        rule('uk', [{ headers }]),
        rule('v2', [{ headers: [{ name: 'X-Version', value: 'v2' }] }]),
        rule('rest'),
      ]),
    ],
  );
  expect(
    await app.to('/', {
      headers: [
        ['Country', 'uk'],
        ['version', 'v1'],
      ],
    }),
  ).toBe('uk');
  expect(await app.to('/', { headers: [['Country', 'uk']] })).toBe('rest');
  expect(await app.to('/', { headers: [['x-version', 'v2']] })).toBe('v2');
});

row(['MATCH-14', 'MATCH-15'], 'one of several values, and a pattern in any case', async () => {
  const pattern = (value: string) => [{ headers: [{ name: 'version', type: 'RegularExpression', value }] }];
  const app = await startMatching(['app'], [httpRoute('r', [rule('app', pattern('^(v1|v2)$'))])]);
  await expectHeld(app, [[['version', 'v1']], [['version', 'v2']]], [[['version', 'v3']], []]);
  await app.reload([
    httpRoute('r', [rule('app')]),
    matchPolicy('r/app', { headers: [{ name: 'version', type: 'RegularExpression', value: '(?i)v[0-9]+' }] }),
  ]);
  await expectHeld(app, [[['version', 'V1']], [['Version', 'v22']]], [[['version', 'w1']], []]);
});

row('MATCH-16', 'placeholders in the value of a header', async () => {
  const app = await narrowed({
    headers: [
      { name: 'version', type: 'Template', value: '{v}' },
      { name: 'where', type: 'Template', value: 'version-{a}_country-{b}' },
    ],
  });
  const where: [string, string] = ['where', 'version-1_country-uk'];
  await expectHeld(
    app,
    [[['version', 'v7'], where]],
    [
      [where],
      [
        ['version', 'v7'],
        ['where', 'version-1'],
      ],
      [['version', ''], where],
    ],
  );
  expect(app.captures('/', [['version', 'v7'], where])).toEqual({ v: 'v7', a: '1', b: 'uk' });
});

row('MATCH-17', 'query parameters, all of which must be there', async () => {
  const queryParams = [
    { name: 'env', value: 'beta' },
    { name: 'n', type: 'RegularExpression', value: '[0-9]+' },
  ];
  const app = await startMatching(['app'], [httpRoute('r', [rule('app', [{ queryParams }])])]);
  await app.expect({
    '/?env=beta&n=1': 'app',
    '/?n=12&x=1&env=beta': 'app',
    '/?env=beta': '404',
    '/?env=beta&n=x': '404',
  });
});

row('MATCH-18', 'a parameter of the query is captured wherever it stands', async () => {
  const app = await narrowed({
    path: { template: '/api/subscriptions/{sid}/updates' },
    queryParams: [{ name: 'unitId', type: 'Template', value: '{uid}' }],
  });
  await app.expect({
    '/api/subscriptions/s1/updates?unitId=u9': 'app',
    '/api/subscriptions/s1/updates?unitId=u9&x=1': 'app',
    '/api/subscriptions/s1/updates?x=1&unitId=u9': 'app',
    '/api/subscriptions/s1/updates?x=1': '404',
    '/api/subscriptions/s1/updates?unitId=': '404',
  });
  expect(app.captures('/api/subscriptions/s1/updates?unitId=u%209')).toEqual({ sid: 's1', uid: 'u 9' });
});

row(['MATCH-19', 'MATCH-20', 'NO-17'], 'cookies, all of which must be there', async () => {
  const app = await narrowed({
    cookies: [
      { name: 'a', value: '1' },
      { name: 'b', value: 'x y' },
    ],
  });
  const cookie = (value: string): Asked => [['Cookie', value]];
  await expectHeld(app, ['a=1; b=x y', 'c=3; b="x y"; a=1', 'a=1;b=x y', 'a=1; a=2; b=x y'].map(cookie), [
    ...['a=1', 'a=2; a=1; b=x y', 'A=1; b=x y', 'xa=1; b=x y', ''].map(cookie),
    [],
  ]);
  expect(
    await app.to('/', {
      http2: true,
      headers: [
        ['cookie', 'a=1'],
        ['cookie', 'b=x y'],
      ],
    }),
  ).toBe('app');
});

row('MATCH-21', 'everything of one match must hold, and one of the matches', async () => {
  const matches = [
    exact('/a', { method: 'GET', headers: [{ name: 'x', value: '1' }], queryParams: [{ name: 'q', value: '1' }] }),
    exact('/b'),
  ];
  const app = await startMatching(
    ['app'],
    [httpRoute('r', [rule('app', matches)]), matchPolicy('r/app', { cookies: [{ name: 'beta', value: '1' }] })],
  );
  const beta: [string, string] = ['cookie', 'beta=1'];
  const x: [string, string] = ['x', '1'];
  await app.expect({ 'GET /a?q=1': 'app', 'POST /a?q=1': '404', 'GET /a?q=2': '404' }, { headers: [x, beta] });
  await app.expect({ 'GET /a?q=1': '404', 'GET /b': 'app' }, { headers: [beta] });
  await app.expect({ 'GET /a?q=1': '404', 'GET /b': '404' }, { headers: [x] });
});

/** Values that the operator holds for, and values that it does not; null: the name is absent. */
const OPERATORS: Readonly<
  Record<string, [type: string, value: string | undefined, held: (string | null)[], not: (string | null)[]]>
> = {
  'MATCH-22': ['Exact', 'str', ['str'], ['Str', 'str2', '', null]],
  'MATCH-23 prefix': ['Prefix', 'str', ['str', 'strong'], ['a str', '', null]],
  'MATCH-23 suffix': ['Suffix', 'str', ['str', 'mystr'], ['strong', '', null]],
  'MATCH-23 substring': ['Contains', 'str', ['str', 'mystrong'], ['st', '', null]],
  'MATCH-24': ['NotExact', 'str', ['str2', ''], ['str', null]],
  'MATCH-25 MATCH-28 empty': ['Empty', undefined, ['', ' '], ['x', null]],
  'MATCH-25 MATCH-28 present': ['Present', undefined, ['x', ''], [null]],
  'MATCH-25 absent': ['Absent', undefined, [null], ['x', '']],
  'MATCH-26 regex': ['RegularExpression', '[a-c]+', ['abc'], ['ABC', 'abcd', '', null]],
  'MATCH-26 regex in any case': ['RegularExpression', '(?i)[a-c]+', ['abc', 'ABC'], ['d', null]],
};

for (const [name, [type, value, held, not]] of Object.entries(OPERATORS)) {
  const ids = name.match(/MATCH-\d+/g)!;
  row(
    [...ids, 'NO-17'],
    `${type} of headers, cookies and the query${ids.length > 1 ? ', by whether it is there' : ''}: ${value ?? ''}`,
    async () => {
      const condition = { name: 'k', type, ...(value === undefined ? {} : { value }) };
      const asked: Readonly<Record<string, (value: string | null) => [string, Asked]>> = {
        headers: (given) => ['/', given === null ? [] : [['k', given]]],
        cookies: (given) => ['/', given === null ? [] : [['cookie', `k=${given}`]]],
        queryParams: (given) => [given === null ? '/' : `/?k=${encodeURIComponent(given)}`, []],
      };
      for (const [where, request] of Object.entries(asked)) {
        const app = await narrowed({ [where]: [condition] });
        for (const [values, expected] of [
          [held, 'app'],
          [not, '404'],
        ] as const) {
          for (const given of values) {
            const [url, headers] = request(given);
            expect(await app.to(url, { headers: [...headers] }), `${where} ${JSON.stringify(given)}`).toBe(expected);
          }
        }
      }
    },
  );
}

row('MATCH-26', 'any is no condition at all', async () => {
  const app = await startMatching(['app'], [httpRoute('r', [rule('app')])]);
  await expectHeld(app, [[], [['k', 'v']]], []);
});

row('MATCH-27', 'the more telling condition goes first, then the longer value, then the alphabet', async () => {
  const order: [name: string, condition: Readonly<Record<string, unknown>>][] = [
    ['exact', { value: 'abcabc' }],
    ['prefix-long', { type: 'Prefix', value: 'abc' }],
    ['prefix-short', { type: 'Prefix', value: 'ab' }],
    ['suffix', { type: 'Suffix', value: 'abc' }],
    ['contains-b', { type: 'Contains', value: 'b' }],
    ['contains-c', { type: 'Contains', value: 'c' }],
    ['not', { type: 'NotExact', value: 'x' }],
    ['present', { type: 'Present' }],
    ['pattern', { type: 'RegularExpression', value: '.*' }],
  ];
  const names = order.map(([name]) => name);
  // The least telling ones first, so that the order of the rules does not help.
  const policies = order.map(([name, condition]) =>
    matchPolicy(`r/${name}`, { headers: [{ name: 'k', ...condition }] }),
  );
  const rules = names.toReversed().map((name) => rule(name));
  const app = await startMatching(names, [httpRoute('r', rules), ...policies]);
  for (let i = 0; i < names.length; i++) {
    expect(await app.to('/', { headers: [['k', 'abcabc']] })).toBe(names[i]);
    const left = names.slice(i + 1);
    if (left.length > 0) {
      await app.reload([
        httpRoute(
          'r',
          rules.filter(({ name }) => left.includes(name as string)),
        ),
        ...policies.slice(i + 1),
      ]);
    }
  }
});

row(['MATCH-23', 'MATCH-19'], 'a GRPCRoute may have a policy too', async () => {
  const calls = await startBackend(() => 'calls', { protocol: 'h2c' });
  const ref = { group: 'gateway.networking.k8s.io', kind: 'GRPCRoute', name: 'calls' };
  const conditions = {
    headers: [{ name: 'x-tenant', type: 'Prefix', value: 'a' }],
    cookies: [{ name: 'beta', value: '1' }],
  };
  const gateway = await startGateway([
    GATEWAY,
    calls.service('calls', { appProtocol: 'kubernetes.io/h2c' }),
    httpRoute('calls', [rule('calls')]).replace('"HTTPRoute"', '"GRPCRoute"'),
    matchPolicy('calls', { targetRefs: [ref], ...conditions }),
  ]);
  const call = async (tenant: string) => {
    const headers = [
      ['content-type', 'application/grpc'],
      ['x-tenant', tenant],
      ['cookie', 'beta=1'],
    ] as [string, string][];
    const answer = await gateway.request('POST', '/shop.Cart/Add', { http2: true, headers });
    return answer.header('grpc-status') ?? answer.body;
  };
  expect(gateway.condition('HTTPMatchPolicy', 'calls', 'Accepted')).toMatchObject({ status: 'True' });
  expect(await call('acme')).toBe('calls');
  expect(await call('other')).toBe('12');
});
