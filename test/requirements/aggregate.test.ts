import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Field, type Reply, startBackend } from './backend.ts';
import { accessLines, GATEWAY, refusals, route, startGateway } from './gateway.ts';
import { row } from './row.ts';

function aggregate(name: string, parts: string, more = ''): string {
  return `apiVersion: headgate.dev/v1alpha1
kind: Aggregate
metadata: {name: ${name}, namespace: default}
spec:
${more.replace(/^(?=.)/gm, '  ')}  parts:
${parts.replace(/^(?=.)/gm, '  ')}`;
}

/** A route of `path` to an Aggregate. */
function to(name: string, path: string): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}}
spec:
  parentRefs: [{name: web}]
  rules:
  - matches: [{path: {type: PathPrefix, value: ${path}}}]
    backendRefs: [{group: headgate.dev, kind: Aggregate, name: ${name}}]
`;
}

const person = (age: number) => ({
  headers: { 'Content-Type': 'application/json', 'X-Part': 'yes', 'Set-Cookie': 'a=b' },
  body: `{\n  "Age": ${age}\n}\n`,
});

const TOM_AND_LAURA = `- {key: Tom, backendRef: {name: tom, port: 80}, path: /age}
- {key: Laura, backendRef: {name: laura, port: 80}, path: /age}
`;

row(
  ['AGG-03', 'AGG-04', 'AGG-05', 'NO-07', 'NO-14'],
  'the answers of parts are one object, in the order of the list',
  async () => {
    const tom = await startBackend(() => ({ ...person(19), delay: 50 }));
    const laura = await startBackend(() => person(25));
    const gateway = await startGateway([
      GATEWAY,
      tom.service('tom'),
      laura.service('laura'),
      aggregate('home', TOM_AND_LAURA),
      to('home', '/home'),
    ]);
    const answer = await gateway.request('GET', '/home?lang=en', {
      headers: { Authorization: 'Bearer x', 'Accept-Encoding': 'gzip', 'If-None-Match': '"a"', Range: 'bytes=0-1' },
    });
    expect(answer).toMatchObject({ status: 200, body: '{"Tom":{"Age":19},"Laura":{"Age":25}}' });
    expect(answer.header('content-type')).toBe('application/json');
    expect(answer.header('content-length')).toBe('37');
    expect(answer.header('x-part')).toBeNull();
    expect(answer.header('set-cookie')).toBeNull();
    expect(tom.last).toMatchObject({ method: 'GET', url: '/age?lang=en' });
    expect(tom.last.header('authorization')).toBe('Bearer x');
    expect(tom.last.header('host')).toBe('a.example');
    expect(tom.last.header('x-forwarded-for')).toBe('127.0.0.1');
    expect(tom.last.header('accept-encoding')).toBe('identity');
    for (const name of ['if-none-match', 'range']) expect(tom.last.header(name)).toBeNull();
    expect(tom.last.header('x-request-id')).toBe(laura.last.header('x-request-id'));
    const ancestor = gateway.status('Aggregate', 'home') as { ancestors: { ancestorRef: object }[] } | null;
    expect(ancestor?.ancestors).toHaveLength(1);
    expect(ancestor?.ancestors[0]?.ancestorRef).toMatchObject({ kind: 'Gateway', name: 'web' });
    for (const type of ['Accepted', 'ResolvedRefs', 'Programmed']) {
      expect(gateway.condition('Aggregate', 'home', type)).toMatchObject({ status: 'True' });
    }
    const head = await gateway.request('HEAD', '/home');
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(head.header('content-length')).toBe('37');
    expect(await gateway.request('GET', '/home', { http2: true })).toMatchObject({
      status: 200,
      body: '{"Tom":{"Age":19},"Laura":{"Age":25}}',
    });
  },
);

row('AGG-06', 'a part that fails is left out, null, or the end', async () => {
  const good = await startBackend(() => '1');
  const bad = await startBackend(({ url }): Reply => {
    if (url === '/text') return { headers: { 'Content-Type': 'text/plain' }, body: 'no JSON' };
    if (url === '/coded') return { headers: { 'Content-Encoding': 'gzip' }, body: '1' };
    return { status: Number(url.slice(1)), headers: { Location: '/' }, body: '{"secret":"10.0.0.1"}' };
  });
  const parts = (onError: string, path: string): string => `- {key: good, backendRef: {name: good, port: 80}}
- {key: bad, backendRef: {name: bad, port: 80}, path: ${path}, onError: ${onError}}
`;
  const kinds = ['Omit', '"Null"', 'Fail'];
  const paths = ['/404', '/500', '/302', '/text', '/coded'];
  const manifests = kinds.flatMap((kind, k) =>
    paths.flatMap((path, p) => [aggregate(`a${k}${p}`, parts(kind, path)), to(`a${k}${p}`, `/${k}${path}`)]),
  );
  const gateway = await startGateway([GATEWAY, good.service('good'), bad.service('bad'), ...manifests]);
  for (const path of paths) {
    expect(await gateway.request('GET', `/0${path}`)).toMatchObject({ status: 200, body: '{"good":1}' });
    expect(await gateway.request('GET', `/1${path}`)).toMatchObject({ status: 200, body: '{"good":1,"bad":null}' });
    const failed = await gateway.request('GET', `/2${path}`);
    expect(failed.status).toBe(502);
    expect(failed.body).not.toContain('secret');
  }
});

row('AGG-07', 'an aggregate is read only', async () => {
  const tom = await startBackend(() => '1');
  const one = aggregate('home', '- {key: a, backendRef: {name: tom, port: 80}}\n');
  const gateway = await startGateway([GATEWAY, tom.service('tom'), one, to('home', '/home')]);
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    const answer = await gateway.request(method, '/home', { body: method === 'POST' ? 'x=1' : '' });
    expect(answer.status, method).toBe(405);
    expect(answer.header('allow')).toBe('GET, HEAD');
  }
  expect(tom.requests).toHaveLength(0);
});

row('AGG-08', 'a part that leads nowhere is told in the status, and fails', async () => {
  const tom = await startBackend(() => '1');
  const parts = `- {key: tom, backendRef: {name: tom, port: 80}}
- {key: nobody, backendRef: {name: nobody, port: 80}, onError: "Null"}
- {key: rule, routeRef: {name: users, sectionName: nothing}, onError: "Null"}
`;
  const gateway = await startGateway([GATEWAY, tom.service('tom'), aggregate('home', parts), to('home', '/home')]);
  expect(await gateway.request('GET', '/home')).toMatchObject({
    status: 200,
    body: '{"tom":1,"nobody":null,"rule":null}',
  });
  const resolved = gateway.condition('Aggregate', 'home', 'ResolvedRefs');
  expect(resolved).toMatchObject({ status: 'False', reason: 'BackendNotFound' });
  expect(resolved?.message).toContain('parts[1].backendRef: Service default/nobody does not exist');
  expect(resolved?.message).toContain('parts[2].routeRef: HTTPRoute default/users does not exist');
  expect(gateway.condition('HTTPRoute', 'home', 'ResolvedRefs')).toMatchObject({ status: 'True' });

  const nobody = await startBackend(() => '2');
  await gateway.reload([
    GATEWAY,
    tom.service('tom'),
    nobody.service('nobody'),
    aggregate('home', parts.split('\n').slice(0, 2).join('\n').concat('\n')),
    to('home', '/home'),
  ]);
  expect(await gateway.request('GET', '/home')).toMatchObject({ body: '{"tom":1,"nobody":2}' });
  expect(gateway.condition('Aggregate', 'home', 'ResolvedRefs')).toMatchObject({ status: 'True' });

  await gateway.reload([GATEWAY, to('home', '/home')]);
  expect((await gateway.request('GET', '/home')).status).toBe(500);
  expect(gateway.condition('HTTPRoute', 'home', 'ResolvedRefs')).toMatchObject({
    status: 'False',
    reason: 'BackendNotFound',
  });
});

row('AGG-02', 'names of parts, and of rules that parts refer to, are unique', () => {
  const twice = TOM_AND_LAURA.replace('Laura', 'Tom');
  expect(refusals(aggregate('home', twice))).toEqual([
    'spec.parts[1]: must have another key than item 0: both have "Tom"',
  ]);
  const rules = route('users', '/a', 'tom').replace('  rules:\n', '  rules:\n    - name: one\n    - name: one\n');
  expect(refusals(rules).join()).toContain('name');
});

row('AGG-09', 'parts are asked at once, within one time and one size', async () => {
  const arrivals: number[] = [];
  const slow = await startBackend(({ time }) => {
    arrivals.push(time);
    return { body: '1', delay: 200 };
  });
  const parts = (onError: string): string =>
    ['a', 'b', 'c', 'd']
      .map((key) => `- {key: ${key}, backendRef: {name: slow, port: 80}, onError: ${onError}}\n`)
      .join('');
  const large = await startBackend(() => JSON.stringify('x'.repeat(2_000)));
  const gateway = await startGateway([
    GATEWAY,
    slow.service('slow'),
    large.service('large'),
    aggregate('all', parts('Omit')),
    to('all', '/all'),
    aggregate('late', parts('Omit'), 'timeout: 60ms\n'),
    to('late', '/late'),
    aggregate('fail', parts('Fail'), 'timeout: 60ms\n'),
    to('fail', '/fail'),
    aggregate(
      'large',
      '- {key: a, backendRef: {name: large, port: 80}}\n- {key: b, backendRef: {name: slow, port: 80}}\n',
      'maxBytes: 1000\n',
    ),
    to('large', '/large'),
  ]);
  const begin = performance.now();
  expect(await gateway.request('GET', '/all')).toMatchObject({ status: 200, body: '{"a":1,"b":1,"c":1,"d":1}' });
  expect(performance.now() - begin).toBeLessThan(700);
  expect(Math.max(...arrivals) - Math.min(...arrivals)).toBeLessThan(180);

  expect(await gateway.request('GET', '/late')).toMatchObject({ status: 200, body: '{}' });
  expect((await gateway.request('GET', '/fail')).status).toBe(504);
  expect(await gateway.request('GET', '/large')).toMatchObject({ status: 200, body: '{"b":1}' });
});

row('AGG-09', 'when the client goes, its parts are given up', async () => {
  let closed = 0;
  const slow = await startBackend((_request, response) => {
    response.on('close', () => closed++);
    return null;
  });
  const parts = '- {key: a, backendRef: {name: slow, port: 80}}\n- {key: b, routeRef: {name: slow}}\n';
  const gateway = await startGateway([
    GATEWAY,
    slow.service('slow'),
    route('slow', '/slow', 'slow'),
    aggregate('home', parts, 'timeout: 20s\n'),
    to('home', '/home'),
  ]);
  const client = await gateway.connect();
  client.write('GET /home HTTP/1.1\r\nHost: a.example\r\n\r\n');
  await expect.poll(() => slow.requests.length).toBe(2);
  client.reset();
  await expect.poll(() => closed).toBe(2);
});

row('AGG-10', 'one part is asked for once for each value in another', async () => {
  const posts = await startBackend(() => '[{"authorId":7},{"authorId":"a b"},{"authorId":7},{"authorId":9}]');
  const users = await startBackend(({ url }) => (url.endsWith('/9') ? { status: 404 } : JSON.stringify(url)));
  const each = (onError: string, more = ''): string => `- {key: posts, backendRef: {name: posts, port: 80}}
- key: users
  backendRef: {name: users, port: 80}
  path: /users/{userId}
  onError: ${onError}
  forEach: {part: posts, jsonPath: "$[*].authorId", parameter: userId${more}}
`;
  const gateway = await startGateway([
    GATEWAY,
    posts.service('posts'),
    users.service('users'),
    aggregate('omit', each('Omit')),
    to('omit', '/omit'),
    aggregate('nulls', each('"Null"')),
    to('nulls', '/nulls'),
    aggregate('few', each('Omit', ', maxCalls: 2')),
    to('few', '/few'),
  ]);
  const omitted = JSON.parse((await gateway.request('GET', '/omit')).body) as Record<string, unknown>;
  expect(omitted.users).toEqual(['/users/7', '/users/a%20b']);
  expect(users.requests.map(({ url }) => url).sort()).toEqual(['/users/7', '/users/9', '/users/a%20b']);
  const nulls = JSON.parse((await gateway.request('GET', '/nulls')).body) as Record<string, unknown>;
  expect(nulls.users).toEqual(['/users/7', '/users/a%20b', null]);
  expect(JSON.parse((await gateway.request('GET', '/few')).body)).not.toHaveProperty('users');
  posts.handler = () => '[]';
  expect(await gateway.request('GET', '/omit')).toMatchObject({ body: '{"posts":[],"users":[]}' });
  posts.handler = () => '[{"authorId":".."}]';
  expect(await gateway.request('GET', '/omit')).toMatchObject({ body: '{"posts":[{"authorId":".."}],"users":[]}' });
  expect(users.requests.every(({ url }) => url.startsWith('/users/'))).toBe(true);
});

row(['AGG-01', 'AGG-11'], 'a part of a named rule keeps the filters of the rule', async () => {
  const users = await startBackend(({ url, header }) => JSON.stringify([url, header('x-rule'), header('host')]));
  const rule = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: users}
spec:
  parentRefs: [{name: web}]
  hostnames: [users.example]
  rules:
  - matches: [{path: {type: Exact, value: /nothing}}]
    backendRefs: [{name: nobody, port: 80}]
  - name: users-service
    matches: [{path: {type: PathPrefix, value: /users}}]
    filters:
    - type: RequestHeaderModifier
      requestHeaderModifier: {set: [{name: X-Rule, value: "yes"}]}
    - type: URLRewrite
      urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /v2}}
    backendRefs: [{name: users, port: 80}]
    timeouts: {request: 100ms}
`;
  const parts =
    '- {key: users, routeRef: {name: users, sectionName: users-service}, path: /users/7, onError: "Null"}\n';
  const log = join(mkdtempSync(join(tmpdir(), 'headgate-aggregate-')), 'access.log');
  const gateway = await startGateway(
    [GATEWAY, users.service('users'), rule, aggregate('home', parts), to('home', '/home')],
    { flags: ['--access-log', log] },
  );
  const headers: Field[] = [['X-Request-Id', 'abcdefgh-1']];
  expect(await gateway.request('GET', '/home', { headers })).toMatchObject({
    status: 200,
    body: '{"users":["/v2/7","yes","a.example"]}',
  });
  users.handler = () => null;
  const begin = performance.now();
  expect(await gateway.request('GET', '/home', { headers })).toMatchObject({ body: '{"users":null}' });
  expect(performance.now() - begin).toBeLessThan(2_000);
  await expect.poll(() => accessLines(log).length).toBe(4);
  expect(accessLines(log).map(({ rule, status }) => `${rule} ${status}`)).toEqual([
    'httproute/default/users/rule/1 200',
    'httproute/default/home/rule/0 200',
    'httproute/default/users/rule/1 504',
    'httproute/default/home/rule/0 200',
  ]);
});

row('AGG-03', 'what the match captures may stand in the paths of parts', async () => {
  const users = await startBackend(({ url }) => JSON.stringify(url));
  const parts = `- {key: one, backendRef: {name: users, port: 80}, path: "/users/{id}?again={id}"}
- {key: two, backendRef: {name: users, port: 80}, path: "/other/{nobody}"}
`;
  const pattern = to('home', '/').replace('PathPrefix, value: /', 'RegularExpression, value: "/home/(?P<id>[^/]+)"');
  const gateway = await startGateway([GATEWAY, users.service('users'), aggregate('home', parts), pattern]);
  expect(await gateway.request('GET', '/home/a%20b?x=1')).toMatchObject({
    status: 200,
    body: '{"one":"/users/a%20b?again=a%20b&x=1"}',
  });
});
