/** A policy that protects does not let go of a rule or a listener that gets another name. */
import { expect } from 'vitest';
import { accessPolicy, BEHIND_HOP, secret } from './access.ts';
import { startBackend } from './backend.ts';
import { GATEWAY, type RequirementGateway, route, startGateway } from './gateway.ts';
import { row } from './row.ts';

const KEY = 'authentication: {type: APIKey, apiKey: {secretRefs: [{name: keys}]}}';
const keys = secret('keys', { ada: 'k' });

/** The route `app` with rules by their names, which are their paths too unless others are given. */
function rules(...names: readonly (readonly [name: string, path?: string])[]): string {
  const all = names.map(
    ([name, path = name]) =>
      `    - {name: ${name}, matches: [{path: {value: /${path}}}], backendRefs: [{name: app, port: 80}]}\n`,
  );
  return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: app}
spec:
  parentRefs: [{name: web}]
  rules:
${all.join('')}`;
}

async function statuses(gateway: RequirementGateway, paths: readonly string[], key = ''): Promise<number[]> {
  const headers = { 'X-Api-Key': key };
  return Promise.all(paths.map(async (path) => (await gateway.request('GET', path, { headers })).status));
}

row(['NO-13', 'AUTH-03'], 'a rule that is renamed away from its policy is closed, not open', async () => {
  const app = await startBackend();
  const base = [GATEWAY, keys, app.service('app'), route('other', '/other', 'app')];
  const guard = accessPolicy('guard', KEY, { sectionName: 'admin' });
  const paths = ['/admin', '/public', '/other'];
  const gateway = await startGateway([...base, rules(['admin'], ['public']), guard]);
  expect(await statuses(gateway, paths)).toEqual([401, 200, 200]);
  expect(await statuses(gateway, paths, 'k')).toEqual([200, 200, 200]);
  app.requests.length = 0;

  // Nobody can tell which of the rules it was; another route is none of its business.
  await gateway.reload([...base, rules(['root', 'admin'], ['public']), guard]);
  expect(await statuses(gateway, paths, 'k')).toEqual([500, 500, 200]);
  expect(app.requests.map(({ url }) => url)).toEqual(['/other']);
  expect(gateway.condition('AccessPolicy', 'guard', 'Accepted')).toMatchObject({
    status: 'False',
    reason: 'TargetNotFound',
    message: expect.stringContaining('each rule that no AccessPolicy names answers 500'),
  });
  expect(gateway.condition('HTTPRoute', 'app', 'PartiallyInvalid')).toMatchObject({
    status: 'True',
    message: expect.stringContaining('AccessPolicy default/guard is for the rule admin, which does not exist'),
  });
  expect(gateway.condition('HTTPRoute', 'other', 'PartiallyInvalid')).toBeUndefined();

  // A rule with a policy of its own is not what the other one means, a policy for the whole route is no excuse.
  const open = accessPolicy('open', 'ip: {allow: ["127.0.0.0/8"]}', { sectionName: 'public' });
  const whole = accessPolicy('whole', 'ip: {allow: ["127.0.0.0/8"]}');
  await gateway.reload([...base, rules(['root', 'admin'], ['public']), guard, open, whole]);
  expect(await statuses(gateway, paths, 'k')).toEqual([500, 200, 200]);

  await gateway.reload([...base, rules(['admin'], ['public']), guard]);
  expect(await statuses(gateway, paths)).toEqual([401, 200, 200]);
});

row('NO-13', 'what other targets such a policy has are guarded as before', async () => {
  const app = await startBackend();
  const target = '{group: gateway.networking.k8s.io, kind: HTTPRoute, name: ';
  const guard = accessPolicy('guard', KEY, { sectionName: 'admin' }).replace(
    'targetRefs: [',
    `targetRefs: [${target}other}, `,
  );
  const gateway = await startGateway([
    GATEWAY,
    keys,
    app.service('app'),
    route('other', '/other', 'app'),
    rules(['public']),
    guard,
  ]);
  expect(await statuses(gateway, ['/other', '/public'])).toEqual([401, 500]);
  expect(await statuses(gateway, ['/other', '/public'], 'k')).toEqual([200, 500]);
});

row('NO-13', 'a listener that is renamed away from what its Gateway insists on is closed', async () => {
  const app = await startBackend();
  const two = BEHIND_HOP.replace('port: 80', 'port: 80').replace(
    '      protocol: HTTP\n',
    '      protocol: HTTP\n    - {name: second, port: 81, protocol: HTTP}\n',
  );
  const guard = (sectionName: string) =>
    accessPolicy(`guard-${sectionName}`, KEY, { kind: 'Gateway', target: 'web', part: 'overrides', sectionName });
  const base = [two, keys, app.service('app'), route('app', '/', 'app')];
  const urls = ['http://a.example/', 'http://a.example:81/'];
  const gateway = await startGateway([...base, guard('http')]);
  expect(await statuses(gateway, urls)).toEqual([401, 200]);
  await gateway.reload([...base, guard('public')]);
  expect(await statuses(gateway, urls, 'k')).toEqual([500, 500]);
  await gateway.reload([...base, guard('public'), guard('second')]);
  expect(await statuses(gateway, urls, 'k')).toEqual([500, 200]);
});

row('NO-13', 'a rule that is renamed away from what narrows its matches is closed', async () => {
  const app = await startBackend();
  const narrow = `apiVersion: headgate.dev/v1alpha1
kind: HTTPMatchPolicy
metadata: {name: inside}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: app, sectionName: admin}]
  sourceCIDRs: [10.0.0.0/8]
`;
  const base = [BEHIND_HOP, app.service('app'), narrow];
  const gateway = await startGateway([...base, rules(['admin'])]);
  const ask = async (client: string) =>
    (await gateway.request('GET', '/admin', { headers: { 'X-Forwarded-For': client } })).status;
  expect([await ask('10.1.1.1'), await ask('192.0.2.1')]).toEqual([200, 404]);
  await gateway.reload([...base, rules(['root', 'admin'])]);
  expect([await ask('10.1.1.1'), await ask('192.0.2.1')]).toEqual([500, 500]);
});
