import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { accessPolicy, basic, secret } from './access.ts';
import { startBackend } from './backend.ts';
import { accessLines, GATEWAY, route, startGateway } from './gateway.ts';
import { row } from './row.ts';
import { ISSUER, jwks, keyPair, token } from './token.ts';

const KEYS = 'authentication: {type: APIKey, apiKey: {secretRefs: [{name: keys}]}}';

function jwt(set: string, more = ''): string {
  return `authentication: {type: JWT, jwt: {issuer: "${ISSUER}", audiences: [shop], jwks: {inline: '${set}'}}}\n${more}`;
}

/** A gateway with a policy for its route. */
async function guarded(rules: string, ...more: readonly string[]) {
  const backend = await startBackend();
  const around = [GATEWAY, backend.service('app'), route('app', '/', 'app'), ...more];
  const gateway = await startGateway([...around, accessPolicy('guard', rules)]);
  return { backend, gateway, around };
}

row(
  ['AUTH-01', 'AUTH-08', 'ERR-02'],
  'without credentials there is a 401 that says how, and the backend hears nothing',
  async () => {
    const keys = secret('keys', { ada: 'key of ada' });
    const users = secret('users', { htpasswd: 'ada:{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=' });
    const key = await keyPair('RS256', 'k1');
    for (const [rules, challenge] of [
      [KEYS, 'ApiKey'],
      [
        'authentication: {type: Basic, basic: {secretKeyRef: {name: users, key: htpasswd}}}',
        'Basic realm="gateway", charset="UTF-8"',
      ],
      [jwt(jwks(key)), 'Bearer'],
    ]) {
      const { backend, gateway } = await guarded(rules!, keys, users);
      const response = await gateway.request('GET', '/');
      expect({ status: response.status, body: response.body, how: response.header('WWW-Authenticate') }).toEqual({
        status: 401,
        body: '401 Unauthorized\n',
        how: challenge,
      });
      expect(backend.requests.length).toBe(0);
      expect(gateway.condition('AccessPolicy', 'guard', 'Accepted')).toMatchObject({ status: 'True' });
      expect(gateway.condition('AccessPolicy', 'guard', 'Programmed')).toMatchObject({ status: 'True' });
    }
  },
);

row(['AUTH-01', 'AUTH-11'], 'an API key says who the consumer is, and the backend does not see it', async () => {
  const { backend, gateway } = await guarded(KEYS, secret('keys', { ada: 'key of ada', grace: ' key of grace\n' }));
  const ask = async (key: string) => (await gateway.request('GET', '/', { headers: { 'x-api-key': key } })).status;
  expect([await ask('key of ada'), await ask('key of grace'), await ask('key of eve')]).toEqual([200, 200, 401]);
  expect(backend.requests.map((request) => request.header('x-api-key'))).toEqual([null, null]);
});

row('AUTH-01', 'an API key in a query or a cookie', async () => {
  const sources =
    'sources: [{type: QueryParam, name: key}, {type: Cookie, name: key}, {type: Header, name: Authorization, prefix: "ApiKey "}]';
  const { backend, gateway } = await guarded(
    `authentication: {type: APIKey, apiKey: {secretRefs: [{name: keys}], ${sources}}}`,
    secret('keys', { ada: 'abc' }),
  );
  const asked = [
    await gateway.request('GET', '/a?x=1&key=abc&y=2'),
    await gateway.request('GET', '/b?key=abc'),
    await gateway.request('GET', '/c', { headers: { Cookie: 'a=1; key=abc; b=2' } }),
    await gateway.request('GET', '/d', { headers: { Authorization: 'apikey abc' } }),
    await gateway.request('GET', '/e?key=abd', { headers: { Cookie: 'key=abc' } }),
    await gateway.request('GET', '/f', { headers: { Authorization: 'Basic abc' } }),
  ];
  expect(asked.map(({ status }) => status)).toEqual([200, 200, 200, 200, 401, 401]);
  expect(backend.requests.map(({ url }) => url)).toEqual(['/a?x=1&y=2', '/b', '/c', '/d']);
  expect(backend.requests[2]!.header('cookie')).toBe('a=1; b=2');
  expect(backend.requests[3]!.header('authorization')).toBeNull();
});

row('AUTH-01', 'keys are what the Secret has now', async () => {
  const { around, gateway } = await guarded(KEYS, secret('keys', { ada: 'old' }));
  const ask = async (key: string) => (await gateway.request('GET', '/', { headers: { 'X-API-Key': key } })).status;
  expect([await ask('old'), await ask('new')]).toEqual([200, 401]);
  await gateway.reload([...around.slice(0, -1), secret('keys', { ada: 'new' }), accessPolicy('guard', KEYS)]);
  expect([await ask('old'), await ask('new')]).toEqual([401, 200]);
});

row('AUTH-01', 'users of an htpasswd, whatever the hash', async () => {
  const lines = [
    'ada:{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=',
    'grace:$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/',
    'joan:$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC',
  ];
  const { backend, gateway } = await guarded(
    'authentication: {type: Basic, basic: {secretKeyRef: {name: users, key: htpasswd}}}',
    secret('users', { htpasswd: lines.join('\n') }),
  );
  const ask = async (user: string, password: string) =>
    (await gateway.request('GET', '/', { headers: { Authorization: basic(user, password) } })).status;
  for (const user of ['ada', 'grace', 'joan']) {
    expect([await ask(user, 'myPassword'), await ask(user, 'myPassword'), await ask(user, 'other')]).toEqual([
      200, 200, 401,
    ]);
  }
  expect([await ask('eve', 'myPassword'), await ask('', ''), await ask('joan', '')]).toEqual([401, 401, 401]);
  expect(backend.requests.length).toBe(6);
  expect(backend.last.header('authorization')).toBeNull();
});

row('AUTH-01', 'many clients with one password at once', async () => {
  const { gateway } = await guarded(
    'authentication: {type: Basic, basic: {secretKeyRef: {name: users, key: htpasswd}, credentials: Forward}}',
    secret('users', { htpasswd: 'joan:$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC' }),
  );
  const ask = (password: string) =>
    gateway.request('GET', '/', { headers: { Authorization: basic('joan', password) } });
  const all = await Promise.all(Array.from({ length: 40 }, (_, i) => ask(i % 2 === 0 ? 'myPassword' : `other ${i}`)));
  expect(all.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 200 : 401)));
});

row(['AUTH-02', 'AUTH-08'], 'who is known and has not the claim gets a 403', async () => {
  const key = await keyPair('ES256', 'k1');
  const { backend, gateway } = await guarded(
    jwt(
      jwks(key),
      'authorization: {rules: [{claim: scope, values: [orders.read]}, {claim: realm.roles, values: [a, b], match: All}]}',
    ),
  );
  const ask = async (claims: object) => {
    const headers = { Authorization: `Bearer ${await token(key, claims)}` };
    return gateway.request('GET', '/', { headers });
  };
  const realm = { roles: ['a', 'b', 'c'] };
  expect((await ask({ scope: 'orders.write orders.read', realm })).status).toBe(200);
  const refused = [
    await ask({ scope: 'orders', realm }),
    await ask({ realm }),
    await ask({ scope: 'orders.read', realm: { roles: ['a'] } }),
  ];
  expect(refused.map(({ status }) => status)).toEqual([403, 403, 403]);
  expect(refused[0]!.body).toBe('403 Forbidden\n');
  expect(refused[0]!.header('WWW-Authenticate')).toBe('Bearer error="insufficient_scope"');
  expect(backend.requests.length).toBe(1);
});

row('AUTH-03', 'a policy for one route leaves its sibling open, and one for a rule the other rules', async () => {
  const backend = await startBackend();
  const rules = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: parts}
spec:
  parentRefs: [{name: web}]
  rules:
    - {name: closed, matches: [{path: {value: /closed}}], backendRefs: [{name: app, port: 80}]}
    - {name: open, matches: [{path: {value: /open}}], backendRefs: [{name: app, port: 80}]}
`;
  const gateway = await startGateway([
    GATEWAY,
    backend.service('app'),
    route('one', '/one', 'app'),
    route('two', '/two', 'app'),
    rules,
    secret('keys', { ada: 'key' }),
    accessPolicy('route', KEYS, { target: 'one' }),
    accessPolicy('rule', KEYS, { target: 'parts', sectionName: 'closed' }),
  ]);
  const paths = ['/one', '/two', '/closed', '/open'];
  const statuses = await Promise.all(paths.map(async (path) => (await gateway.request('GET', path)).status));
  expect(statuses).toEqual([401, 200, 401, 200]);
});

row(['AUTH-07', 'AUTH-08'], 'a token counts when signature, issuer, audience and times are right', async () => {
  const key = await keyPair('RS256', 'k1');
  const other = await keyPair('RS256', 'k1');
  const { backend, gateway } = await guarded(jwt(jwks(key)));
  const now = Math.floor(Date.now() / 1_000);
  const good = await token(key, {});
  const cases: [what: string, text: string, status: number][] = [
    ['good', good, 200],
    ['again', good, 200],
    ['of another key', await token(other, {}), 401],
    ['of another issuer', await token(key, { iss: 'https://other.example' }), 401],
    ['for another audience', await token(key, { aud: 'bank' }), 401],
    ['expired', await token(key, { exp: now - 120 }), 401],
    ['expired within the skew', await token(key, { exp: now - 30 }), 200],
    ['for later', await token(key, { nbf: now + 120 }), 401],
    ['for ever', await token(key, { exp: undefined }), 401],
    ['cut off', good.slice(0, -4), 401],
    ['nonsense', 'a.b.c', 401],
    ['empty', '', 401],
  ];
  for (const [what, text, status] of cases) {
    const response = await gateway.request('GET', '/', { headers: { Authorization: `Bearer ${text}` } });
    expect(`${what}: ${response.status}`).toBe(`${what}: ${status}`);
    if (status === 401 && text !== '') expect(response.header('WWW-Authenticate')).toBe('Bearer error="invalid_token"');
  }
  expect(backend.requests.length).toBe(3);
  expect(backend.last.header('authorization')).toMatch(/^Bearer /);
});

row('AUTH-07', 'a set of keys in a ConfigMap or a Secret, with a secret only in the Secret', async () => {
  const key = await keyPair('EdDSA', 'k1');
  const shared = { kty: 'oct', kid: 'hs', k: Buffer.alloc(32, 5).toString('base64url') };
  const set = (ref: string, algorithms = '') =>
    `authentication: {type: JWT, jwt: {issuer: "${ISSUER}", jwks: {${ref}}${algorithms}}}`;
  const holders = [
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'idp' },
      data: { 'jwks.json': jwks(key) },
    }),
    secret('idp', { set: JSON.stringify({ keys: [shared] }) }),
  ];
  const fromConfigMap = await guarded(set('configMapRef: {name: idp}'), ...holders);
  const ask = async ({ gateway }: typeof fromConfigMap, text: string) =>
    (await gateway.request('GET', '/', { headers: { Authorization: `Bearer ${text}` } })).status;
  expect(await ask(fromConfigMap, await token(key, {}))).toBe(200);
  const hmac = await token({ algorithm: 'HS256', id: 'hs', privateKey: Buffer.alloc(32, 5), publicKey: null }, {});
  const fromSecret = await guarded(set('secretKeyRef: {name: idp, key: set}', ', algorithms: [HS256]'), ...holders);
  expect(await ask(fromSecret, hmac)).toBe(200);
  expect(await ask(fromConfigMap, hmac)).toBe(401);
  const open = await guarded(set(`inline: '${JSON.stringify({ keys: [shared] })}'`));
  expect(await ask(open, hmac)).toBe(500);
  const accepted = open.gateway.condition('AccessPolicy', 'guard', 'Accepted')!;
  expect(accepted).toMatchObject({ status: 'False', reason: 'Invalid' });
  expect(accepted.message).toContain('it has a key that is secret');
  expect(JSON.stringify(open.gateway.statuses())).not.toContain(shared.k);
});

row('AUTH-07', 'keys are fetched once, again when a token names a new one, and kept while they cannot be', async () => {
  const [first, second] = [await keyPair('RS256', 'k1'), await keyPair('RS256', 'k2')];
  let set = jwks(first);
  const idp = await startBackend(() => ({ headers: { 'Content-Type': 'application/json' }, body: set }));
  const remote =
    'remote: {backendRef: {name: idp, port: 80}, path: /keys, host: idp.example, refreshInterval: 50ms, staleIfError: 1m}';
  const rules = `authentication: {type: JWT, jwt: {issuer: "${ISSUER}", jwks: {${remote}}}}`;
  const { gateway } = await guarded(rules, idp.service('idp'));
  const ask = async (text: string) =>
    (await gateway.request('GET', '/', { headers: { Authorization: `Bearer ${text}` } })).status;
  const [one, two] = [await token(first, {}), await token(second, {})];
  expect(await Promise.all([ask(one), ask(one), ask(one)])).toEqual([200, 200, 200]);
  expect(idp.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /keys']);
  expect(idp.last.header('host')).toBe('idp.example');
  expect(await ask(two)).toBe(401);
  // Whoever names a key that nobody has does not make the gateway ask again and again.
  expect(idp.requests.length).toBe(1);
  set = jwks(second);
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  expect(await ask(two)).toBe(200);
  expect(await ask(one)).toBe(401);
  expect(idp.requests.length).toBe(2);
  await idp.close();
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  expect([await ask(two), await ask(two)]).toEqual([200, 200]);
});

row('AUTH-07', 'without any keys nobody is let in, and it is not the token that is to blame', async () => {
  const key = await keyPair('RS256', 'k1');
  const idp = await startBackend(() => ({ status: 500 }));
  const remote = 'remote: {backendRef: {name: idp, port: 80}, timeout: 1s}';
  const rules = `authentication: {type: JWT, jwt: {issuer: "${ISSUER}", jwks: {${remote}}}}`;
  const { backend, gateway } = await guarded(rules, idp.service('idp'));
  const headers = { Authorization: `Bearer ${await token(key, {})}` };
  expect((await gateway.request('GET', '/', { headers })).status).toBe(503);
  expect((await gateway.request('GET', '/', { headers })).status).toBe(503);
  expect(idp.requests.length).toBe(1);
  expect(backend.requests.length).toBe(0);
});

row(['AUTH-12', 'NO-13'], 'a policy that cannot be kept lets nobody in, and says why', async () => {
  const cases: [rules: string, why: string, more?: string][] = [
    [KEYS, 'defaults.authentication.apiKey.secretRefs[0]: Secret default/keys does not exist or is empty'],
    [
      'authentication: {type: Basic, basic: {secretKeyRef: {name: keys, key: htpasswd}}}',
      'line 1 is not a user, ":" and a hash of bcrypt, SHA-1 ({SHA}) or MD5 ($apr1$)',
      secret('keys', { htpasswd: 'ada:in the clear' }),
    ],
    [
      `authentication: {type: JWT, jwt: {issuer: a, jwks: {remote: {backendRef: {name: idp, port: 80}}}}}`,
      'defaults.authentication.jwt.jwks.remote.backendRef: Service default/idp does not exist',
    ],
    [
      'authentication: {type: External, external: {protocol: HTTP, backendRef: {name: judge, namespace: other, port: 80}}}',
      'no ReferenceGrant in namespace other lets AccessPolicys of default refer to Service other/judge',
    ],
    [
      `authentication: {type: JWT, jwt: {issuer: a, jwks: {inline: '{"keys":[]}'}}}`,
      'it has no key that signatures can be checked with',
    ],
  ];
  for (const [rules, why, more = ''] of cases) {
    const { backend, gateway } = await guarded(rules, ...(more === '' ? [] : [more]));
    expect((await gateway.request('GET', '/')).status).toBe(500);
    expect(backend.requests.length).toBe(0);
    const accepted = gateway.condition('AccessPolicy', 'guard', 'Accepted')!;
    expect(accepted).toMatchObject({ status: 'False', reason: 'Invalid' });
    expect(accepted.message).toContain(why);
    expect(JSON.stringify(gateway.statuses())).not.toContain('in the clear');
  }
});

row(
  ['CLAIM-11', 'CLAIM-12'],
  'claims are made of others after authentication, and before they are asked for',
  async () => {
    const key = await keyPair('RS256', 'k1');
    const { gateway } = await guarded(
      jwt(
        jwks(key),
        `claims:
  derive:
    - {name: UserType, from: {claim: sub, split: {delimiter: "|", index: 0}}}
    - {name: UserId, from: {claim: sub, split: {delimiter: "|", index: 1}}}
authorization: {rules: [{claim: UserType, values: [user]}, {claim: UserId}]}`,
      ),
    );
    const ask = async (claims: object) =>
      (await gateway.request('GET', '/', { headers: { Authorization: `Bearer ${await token(key, claims)}` } })).status;
    expect([await ask({ sub: 'user|42' }), await ask({ sub: 'admin|42' }), await ask({ sub: 'user' })]).toEqual([
      200, 403, 403,
    ]);
    // A claim of the token does not pass for one that is made.
    expect(await ask({ sub: 'user', UserId: '42' })).toBe(403);
  },
);

row('AUTH-12', 'a policy for a Gateway holds for every route, and an invalid one closes them all', async () => {
  const { backend, gateway, around } = await guarded(KEYS, secret('keys', { ada: 'abc' }), route('two', '/two', 'app'));
  const everywhere = (name: string) =>
    accessPolicy('everywhere', `authentication: {type: APIKey, apiKey: {secretRefs: [{name: ${name}}]}}`, {
      kind: 'Gateway',
      target: 'web',
    });
  const ask = async (path: string) => (await gateway.request('GET', path, { headers: { 'X-API-Key': 'abc' } })).status;
  expect([await ask('/'), await ask('/two')]).toEqual([200, 200]);
  await gateway.reload([...around, everywhere('none')]);
  expect([await ask('/'), await ask('/two')]).toEqual([500, 500]);
  expect(backend.requests.length).toBe(2);
  const open = accessPolicy('open', 'authentication: {type: None}', { target: 'two' });
  await gateway.reload([...around, everywhere('none'), open]);
  expect([await ask('/'), await ask('/two')]).toEqual([500, 200]);
});

row(
  ['NO-13', 'ERR-10', 'ERR-11'],
  'logs, metrics and statuses say why a request was refused, and no secret',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'headgate-access-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const log = join(folder, 'access.log');
    const backend = await startBackend();
    const sources = 'sources: [{type: QueryParam, name: key}, {type: Header, name: X-Key}]';
    const gateway = await startGateway(
      [
        GATEWAY,
        backend.service('app'),
        route('app', '/', 'app'),
        secret('keys', { ada: 'the-key-of-ada' }),
        accessPolicy('guard', `authentication: {type: APIKey, apiKey: {secretRefs: [{name: keys}], ${sources}}}`),
      ],
      { flags: ['--access-log', log] },
    );
    await gateway.request('GET', '/a?key=the-key-of-ada');
    const refused = await gateway.request('GET', '/b', { headers: { 'X-Key': 'a-wrong-key' } });
    await gateway.request('GET', '/c');
    await gateway.close();
    const lines = accessLines(log).map(({ path, reason, status }) => ({ path, reason, status }));
    expect(lines).toEqual([
      { path: '/a', status: 200 },
      { path: '/b', status: 401, reason: 'invalid-credentials' },
      { path: '/c', status: 401, reason: 'no-credentials' },
    ]);
    const said = [readFileSync(log, 'utf8'), gateway.metrics(), JSON.stringify(gateway.statuses()), refused.body].join(
      '\n',
    );
    for (const word of ['the-key-of-ada', 'a-wrong-key', Buffer.from('the-key-of-ada').toString('base64')]) {
      expect(said).not.toContain(word);
    }
  },
);
