import { expect } from 'vitest';
import { accessPolicy, secret } from './access.ts';
import { type RequirementBackend, startBackend } from './backend.ts';
import { EXTENSION, filtered, regex, transform } from './filter.ts';
import { GATEWAY, type RequirementGateway, refusals, route, startGateway } from './gateway.ts';
import { row } from './row.ts';
import { ISSUER, jwks, keyPair, type TokenKey, token } from './token.ts';

const KEY: Promise<TokenKey> = keyPair('ES256', 'k1');

type Guarded = {
  readonly app: RequirementBackend;
  readonly gateway: RequirementGateway;
  /** Requests with a token of these claims; the status. */
  readonly ask: (claims: object, url?: string, headers?: Readonly<Record<string, string>>) => Promise<number>;
};

/** A route whose clients have tokens, with the filter `one`. `more` is more of the policy. */
async function guarded(spec: string, manifest = route('app', '/', 'app', EXTENSION), more = ''): Promise<Guarded> {
  const key = await KEY;
  const app = await startBackend();
  const authentication = `authentication: {type: JWT, jwt: {issuer: "${ISSUER}", audiences: [shop], jwks: {inline: '${jwks(key)}'}}}`;
  const policy = accessPolicy('guard', `${authentication}\n${more}`);
  const gateway = await startGateway([GATEWAY, app.service('app'), manifest, transform(spec), policy]);
  return {
    app,
    gateway,
    ask: async (claims, url = '/', headers = {}) => {
      const authorization = `Bearer ${await token(key, claims)}`;
      return (await gateway.request('GET', url, { headers: { ...headers, Authorization: authorization } })).status;
    },
  };
}

const split = (index: number): string => `{claim: sub, split: {delimiter: "|", index: ${index}}}`;

row(['CLAIM-01', 'CLAIM-02', 'CLAIM-05'], 'a part of a claim becomes a field of the request', async () => {
  const { app, ask, gateway } = await guarded(`
claims:
  headers:
    - {name: CustomerId, from: ${split(1)}}
    - {name: CustomerKind, from: ${split(0)}}
    - {name: Customer, from: {claim: sub}}
`);
  expect(await ask({ sub: 'user|42' })).toBe(200);
  expect(['customerid', 'customerkind', 'customer'].map((name) => app.last.header(name))).toEqual([
    '42',
    'user',
    'user|42',
  ]);
  expect(gateway.condition('HTTPRouteFilter', 'one', 'Accepted')).toMatchObject({ status: 'True' });
});

row('CLAIM-03', 'a claim becomes a parameter', async () => {
  const { app, ask } = await guarded('claims: {queryParams: [{name: LocationId, from: {claim: LocationId}}]}');
  expect(await ask({ LocationId: 'north 7' }, '/a?x=1')).toBe(200);
  expect(app.last.url).toBe('/a?LocationId=north%207&x=1');
});

row('CLAIM-04', 'a claim fills a placeholder of the path', async () => {
  const spec = `
urlTemplate: {path: "/api/users/{userId}/{x}"}
claims: {pathParams: [{name: userId, from: ${split(1)}}]}
`;
  const { app, ask } = await guarded(spec, filtered(regex('/api/users/me/(?P<x>.*)')));
  expect(await ask({ sub: 'user|42' }, '/api/users/me/orders/7')).toBe(200);
  expect(app.last.url).toBe('/api/users/42/orders/7');
});

row('CLAIM-06', 'what is no part of a claim is refused', () => {
  const refused = (from: string) => refusals([transform(`claims: {headers: [{name: X-A, from: ${from}}]}`)]);
  for (const from of [
    '{}',
    '{claim: ""}',
    '{claim: sub, split: {index: 1}}',
    '{claim: sub, split: {delimiter: "|"}}',
    '{claim: sub, split: {delimiter: "|", index: one}}',
    '{claim: sub, split: {delimiter: "|", index: -1}}',
    '{claim: sub, split: {delimiter: "", index: 0}}',
  ]) {
    expect(refused(from), from).not.toEqual([]);
  }
  expect(refused(split(0))).toEqual([]);
});

row('CLAIM-07', 'a delimiter of several characters is one delimiter', async () => {
  const { app, ask } = await guarded(
    'claims: {headers: [{name: X-A, from: {claim: path, split: {delimiter: "::", index: 1}}}]}',
  );
  expect(await ask({ path: 'a:b::c:d::e' })).toBe(200);
  expect(app.last.header('x-a')).toBe('c:d');
});

row('CLAIM-08', 'without the claim, or the part of it, there is a 403 and the backend hears nothing', async () => {
  const { app, ask } = await guarded(`claims: {headers: [{name: X-A, from: ${split(1)}}]}`);
  expect([await ask({ sub: 'user' }), await ask({ sub: null }), await ask({ sub: { a: 1 } })]).not.toContain(200);
  expect(await ask({ sub: 'user' })).toBe(403);
  expect(app.requests).toHaveLength(0);
  const lenient = await guarded('claims: {headers: [{name: X-A, from: {claim: tenant, optional: true}}]}');
  expect(await lenient.ask({ sub: 'user' }, '/', { 'X-A': 'mine' })).toBe(200);
  expect(lenient.app.last.header('x-a')).toBeNull();
});

row('CLAIM-09', 'a claim for a placeholder that is not there is refused', async () => {
  const { app, ask, gateway } = await guarded(`
urlTemplate: {path: "/api/users"}
claims: {pathParams: [{name: userId, from: {claim: sub}}]}
`);
  expect(await ask({})).toBe(500);
  expect(app.requests).toHaveLength(0);
  expect(gateway.condition('HTTPRouteFilter', 'one', 'Accepted')).toMatchObject({
    status: 'False',
    reason: 'Invalid',
    message: 'transform.claims.pathParams: urlTemplate has no placeholder {userId}',
  });
});

row(['CLAIM-10', 'AUTH-11'], 'what the client sends under such a name is replaced', async () => {
  const { app, ask } = await guarded(`
claims:
  headers: [{name: X-User, from: {claim: sub}}]
  queryParams: [{name: user, from: {claim: sub}}]
`);
  expect(await ask({ sub: 'ada' }, '/a?user=eve&x=1&us%65r=eve&user', { 'x-user': 'eve' })).toBe(200);
  expect(app.last.url).toBe('/a?user=ada&x=1');
  expect(app.last.headers.filter(([name]) => name.toLowerCase() === 'x-user').map(([, value]) => value)).toEqual([
    'ada',
  ]);
});

row(['CLAIM-11', 'CLAIM-12'], 'claims are derived, then asked for, then put into fields, query and path', async () => {
  const spec = `
urlTemplate: {path: "/users/{id}"}
claims:
  headers: [{name: X-Kind, from: {claim: UserType}}]
  queryParams: [{name: id, from: {claim: UserId}}]
  pathParams: [{name: id, from: {claim: UserId}}]
`;
  const more = `
claims:
  derive:
    - {name: UserType, from: ${split(0)}}
    - {name: UserId, from: ${split(1)}}
authorization: {rules: [{claim: UserType, values: [staff]}]}
`;
  const { app, ask } = await guarded(spec, route('app', '/', 'app', EXTENSION), more);
  expect(await ask({ sub: 'guest|7' })).toBe(403);
  expect(app.requests).toHaveLength(0);
  expect(await ask({ sub: 'staff|7' })).toBe(200);
  expect(app.last.url).toBe('/users/7?id=7');
  expect(app.last.header('x-kind')).toBe('staff');
});

row('CLAIM-13', 'a list is joined with commas, and a claim in a claim is found by its path', async () => {
  const { app, ask } = await guarded(`
claims:
  headers:
    - {name: X-Roles, from: {claim: realm_access.roles}}
    - {name: X-Url, from: {claim: "https://example.com/tenant"}}
    - {name: X-Count, from: {claim: count}}
`);
  const claims = { realm_access: { roles: ['admin', 'user'] }, 'https://example.com/tenant': 'acme', count: 3 };
  expect(await ask(claims)).toBe(200);
  expect(['x-roles', 'x-url', 'x-count'].map((name) => app.last.header(name))).toEqual(['admin,user', 'acme', '3']);
});

row('CLAIM-14', 'a claim stays one value in path and query, and brings no line into a field', async () => {
  const url = `
urlTemplate: {path: "/u/{id}/x"}
claims:
  queryParams: [{name: id, from: {claim: id}}]
  pathParams: [{name: id, from: {claim: id}}]
`;
  const { app, ask } = await guarded(url);
  expect(await ask({ id: 'a/b?c d&e=f\r\nX: y' })).toBe(200);
  const value = 'a%2Fb%3Fc%20d%26e%3Df%0D%0AX%3A%20y';
  expect(app.last.url).toBe(`/u/${value}/x?id=${value}`);
  expect(await ask({ id: '..' })).toBe(400);
  const field = await guarded('claims: {headers: [{name: X-Id, from: {claim: id}}]}');
  expect(await field.ask({ id: 'a\r\nX-Evil: b' })).toBe(400);
  expect(await field.ask({ id: 'Zoë' })).toBe(400);
  expect(field.app.requests).toHaveLength(0);
});

row('CLAIM-15', 'without an authentication there are no claims, and the filter says so', async () => {
  const app = await startBackend();
  const manifests = [
    GATEWAY,
    app.service('app'),
    route('app', '/', 'app', EXTENSION),
    transform('claims: {headers: [{name: X-User, from: {claim: sub}}]}'),
  ];
  const gateway = await startGateway(manifests);
  expect((await gateway.request('GET', '/')).status).toBe(500);
  expect(app.requests).toHaveLength(0);
  expect(gateway.condition('HTTPRouteFilter', 'one', 'Accepted')).toMatchObject({
    status: 'False',
    reason: 'Invalid',
    message:
      'HTTPRoute default/app: rules[0].filters: needs claims: no AccessPolicy with an authentication holds for it',
  });
  const keys = 'authentication: {type: APIKey, apiKey: {secretRefs: [{name: keys}]}}';
  await gateway.reload([
    ...manifests,
    accessPolicy('guard', keys, { kind: 'Gateway', target: 'web' }),
    secret('keys', { ada: 'k' }),
  ]);
  expect(gateway.condition('HTTPRouteFilter', 'one', 'Accepted')).toMatchObject({ status: 'True' });
});
