import { expect } from 'vitest';
import { Authority } from '../fake/authority.ts';
import { accessPolicy, basic, secret } from './access.ts';
import { startBackend } from './backend.ts';
import { BASE, type DirectoryOptions, SEARCHER, SEARCHER_PASSWORD, startDirectory } from './directory.ts';
import { GATEWAY, type RequirementGateway, route, startGateway } from './gateway.ts';
import { row } from './row.ts';

const USERS = [
  { uid: 'ada', password: 'engine', attributes: 'employeeType: staff\nemployeeType: admin' },
  { uid: 'grace', password: 'compiler', attributes: 'employeeType: staff' },
];
const BIND = `bind: {dn: "${SEARCHER}", passwordSecretKeyRef: {name: searcher, key: password}}`;

async function started(more: string, rest = '', options: DirectoryOptions = {}, ...manifests: readonly string[]) {
  const backend = await startBackend();
  const directory = await startDirectory(USERS, options);
  const gateway = await startGateway([
    GATEWAY,
    backend.service('app'),
    directory.service('directory'),
    secret('searcher', { password: SEARCHER_PASSWORD }),
    route('app', '/', 'app'),
    accessPolicy(
      'guard',
      `authentication: {type: LDAP, ldap: {backendRef: {name: directory, port: 389}, baseDN: "${BASE}", ${BIND}${more}}}\n${rest}`,
    ),
    ...manifests,
  ]);
  return { backend, directory, gateway, ask: asking(gateway) };
}

function asking(gateway: RequirementGateway) {
  return async (user: string, password: string) =>
    (await gateway.request('GET', '/', { headers: { Authorization: basic(user, password) } })).status;
}

row(['NO-01', 'AUTH-04'], 'the directory knows who users are', async () => {
  const { ask, backend, gateway } = await started('');
  expect([await ask('ada', 'engine'), await ask('grace', 'compiler'), await ask('ada', 'engine')]).toEqual([
    200, 200, 200,
  ]);
  const wrong = [
    await ask('ada', 'compiler'),
    await ask('eve', 'engine'),
    // Anonymous binds succeed for everybody, and these are names for several users, or for another filter.
    await ask('ada', ''),
    await ask('', ''),
    await ask('*', 'engine'),
    await ask('ada)(uid=*', 'engine'),
    await ask('ada,dc=other', 'engine'),
  ];
  expect(wrong).toEqual([401, 401, 401, 401, 401, 401, 401]);
  const none = await gateway.request('GET', '/');
  expect(none.status).toBe(401);
  expect(none.header('www-authenticate')).toBe('Basic realm="gateway", charset="UTF-8"');
  expect(backend.requests.length).toBe(3);
  expect(backend.last.header('authorization')).toBeNull();
});

row(['NO-01', 'AUTH-02'], 'attributes of users are claims', async () => {
  const claims = ', claims: [{name: types, attribute: employeetype}]';
  const { ask } = await started(claims, 'authorization: {rules: [{claim: types, values: [admin]}]}');
  expect([await ask('ada', 'engine'), await ask('grace', 'compiler')]).toEqual([200, 403]);
});

row(['NO-01', 'AUTH-12'], 'without the directory nobody new gets in, and nobody waits for it', async () => {
  const { ask, directory } = await started(', timeout: 500ms, cacheTime: 1h');
  expect(await ask('ada', 'engine')).toBe(200);
  directory.freeze();
  const before = performance.now();
  expect(await ask('grace', 'compiler')).toBe(503);
  expect(performance.now() - before).toBeLessThan(1_500);
  directory.thaw();
  await directory.stop();
  expect([await ask('grace', 'compiler'), await ask('ada', 'engine')]).toEqual([503, 200]);
  await directory.start();
  expect([await ask('grace', 'compiler'), await ask('grace', 'compile')]).toEqual([200, 401]);
});

row('NO-01', 'the word of the directory is kept for a time', async () => {
  const { ask, directory } = await started(', cacheTime: 400ms');
  expect(await ask('ada', 'engine')).toBe(200);
  await directory.stop();
  expect(await ask('ada', 'engine')).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, 450));
  expect(await ask('ada', 'engine')).toBe(503);
});

row('NO-01', 'who searches must be known to the directory, too', async () => {
  const { ask } = await started('', '', {}, secret('unused', {}));
  expect(await ask('ada', 'engine')).toBe(200);
  const { ask: other } = await startedWith('not the password');
  expect(await other('ada', 'engine')).toBe(503);
});

async function startedWith(password: string) {
  const backend = await startBackend();
  const directory = await startDirectory(USERS);
  const gateway = await startGateway([
    GATEWAY,
    backend.service('app'),
    directory.service('directory'),
    secret('searcher', { password }),
    route('app', '/', 'app'),
    accessPolicy(
      'guard',
      `authentication: {type: LDAP, ldap: {backendRef: {name: directory, port: 389}, baseDN: "${BASE}", ${BIND}}}`,
    ),
  ]);
  return { ask: asking(gateway) };
}

for (const [at, more] of [
  ['once', ''],
  ['start', ', startTLS: Enabled'],
] as const) {
  row(
    ['NO-01', 'NO-13'],
    `connections to the directory are secured at ${at}, and it must be the right one`,
    async () => {
      const authority = await Authority.create();
      const stranger = await Authority.create();
      const names = [{ type: 'dns' as const, value: 'directory.internal' }];
      const policy = (ca: string) => [
        `apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: directory}
spec:
  targetRefs: [{group: "", kind: Service, name: directory}]
  validation: {hostname: directory.internal, caCertificateRefs: [{group: "", kind: ConfigMap, name: directory}]}
`,
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'directory' },
          data: { 'ca.crt': ca },
        }),
      ];
      const issued = await authority.issue(names);
      const right = await started(more, '', { tls: { issued, at } }, ...policy(authority.certificate));
      expect([await right.ask('ada', 'engine'), await right.ask('ada', 'wrong')]).toEqual([200, 401]);
      const wrong = await started(more, '', { tls: { issued, at } }, ...policy(stranger.certificate));
      expect(await wrong.ask('ada', 'engine')).toBe(503);
    },
  );
}
