import type { Http2ServerResponse } from 'node:http2';
import { expect } from 'vitest';
import { accessPolicy } from './access.ts';
import { type BackendOptions, type Handler, type Reply, startBackend } from './backend.ts';
import { allowed, denied, framed, readCheck } from './external.ts';
import { GATEWAY, route, startGateway } from './gateway.ts';
import { row } from './row.ts';

async function judged(rules: string, judge: Handler, options: BackendOptions = {}, serviceOptions = {}) {
  const backend = await startBackend();
  const service = await startBackend(judge, options);
  const gateway = await startGateway([
    GATEWAY,
    backend.service('app'),
    service.service('judge', serviceOptions),
    route('app', '/', 'app'),
    accessPolicy('guard', `authentication: {type: External, external: {${rules}}}`),
  ]);
  return { backend, gateway, service };
}

const HTTP = 'protocol: HTTP, backendRef: {name: judge, port: 80}';

row(
  ['AUTH-01', 'AUTH-11'],
  'a service is asked about each request, and what it says of the client is what the backend sees',
  async () => {
    const { backend, gateway, service } = await judged(
      `${HTTP}, http: {path: /check, allowedHeaders: [X-Token], allowedResponseHeaders: [X-User, X-Groups]}`,
      () => ({ headers: { 'X-User': 'ada', 'X-Other': 'no' } }),
    );
    const { status } = await gateway.request('POST', '/orders?x=1', {
      headers: { Authorization: 'Custom abc', 'X-Token': 't', 'X-Private': 'p', 'X-User': 'root', 'x-groups': 'wheel' },
      body: 'text',
    });
    expect(status).toBe(200);
    expect(service.last).toMatchObject({ method: 'POST', url: '/check/orders?x=1', body: '' });
    const seen = (name: string) => service.last.header(name);
    expect([seen('host'), seen('authorization'), seen('x-token'), seen('x-private')]).toEqual([
      'a.example',
      'Custom abc',
      't',
      null,
    ]);
    expect([seen('x-forwarded-method'), seen('x-forwarded-uri'), seen('x-forwarded-for')]).toEqual([
      'POST',
      '/orders?x=1',
      '127.0.0.1',
    ]);
    expect(backend.last.body).toBe('text');
    expect([backend.last.header('x-user'), backend.last.header('x-groups'), backend.last.header('x-other')]).toEqual([
      'ada',
      null,
      null,
    ]);
  },
);

row(['AUTH-01', 'AUTH-02'], 'what the service says instead of yes is what the client gets', async () => {
  const { backend, gateway } = await judged(
    HTTP,
    ({ url }): Reply =>
      url === '/login'
        ? { status: 302, headers: { Location: 'https://login.example/', 'Set-Cookie': ['a=1', 'b=2'] } }
        : { status: 403, headers: { 'Content-Type': 'application/json', Connection: 'close' }, body: '{"no":true}' },
  );
  const refused = await gateway.request('GET', '/');
  expect(refused).toMatchObject({ status: 403, body: '{"no":true}' });
  expect(refused.header('content-type')).toBe('application/json');
  const redirected = await gateway.request('GET', '/login');
  expect(redirected.status).toBe(302);
  expect([redirected.header('location'), redirected.header('set-cookie')]).toEqual([
    'https://login.example/',
    'a=1, b=2',
  ]);
  expect(backend.requests.length).toBe(0);
});

row(['AUTH-12', 'NO-13'], 'without the word of the service nobody gets in', async () => {
  const { backend, gateway, service } = await judged(`${HTTP}, timeout: 200ms`, ({ url }) =>
    url === '/slow' ? { delay: 2_000 } : { status: 500, body: 'stack trace' },
  );
  expect(await gateway.request('GET', '/')).toMatchObject({ status: 503, body: '503 Service Unavailable\n' });
  expect(await gateway.request('GET', '/slow')).toMatchObject({ status: 503 });
  await service.close();
  expect(await gateway.request('GET', '/')).toMatchObject({ status: 503 });
  expect(backend.requests.length).toBe(0);
});

row('AUTH-01', 'the service sees the body when it is to, and one that is too large is refused', async () => {
  const { backend, gateway, service } = await judged(`${HTTP}, forwardBody: {maxSize: 8}`, ({ body }) => ({
    status: body === 'good' ? 200 : 403,
  }));
  const ask = async (body: string, headers = {}) => (await gateway.request('POST', '/', { body, headers })).status;
  expect([await ask('good'), await ask('bad'), await ask('far too long')]).toEqual([200, 403, 413]);
  expect(await ask('good', { 'Transfer-Encoding': 'chunked', 'Content-Type': 'text/x' })).toBe(200);
  expect(service.last.header('content-type')).toBe('text/x');
  expect(backend.requests.map(({ body }) => body)).toEqual(['good', 'good']);
});

row(['AUTH-01', 'AUTH-02'], 'a service that speaks ext_authz', async () => {
  const answer: Handler = (request, response) => {
    const { headers } = readCheck(request.bytes);
    const content =
      headers['x-token'] === 't'
        ? allowed({ 'X-User': 'ada' }, ['X-Token'])
        : denied(401, { 'WWW-Authenticate': 'Custom' }, 'who are you?');
    const reply = response as unknown as Http2ServerResponse;
    reply.writeHead(200, { 'Content-Type': 'application/grpc' });
    reply.addTrailers({ 'grpc-status': '0' });
    reply.end(framed(content));
    return null;
  };
  const { backend, gateway, service } = await judged(
    'protocol: GRPC, backendRef: {name: judge, port: 80}, forwardBody: {maxSize: 1Ki}',
    answer,
    { protocol: 'h2c' },
    { appProtocol: 'kubernetes.io/h2c' },
  );
  const known = await gateway.request('POST', '/orders?x=1', {
    headers: { 'X-Token': 't', 'X-User': 'root' },
    body: 'text',
  });
  expect(known.status).toBe(200);
  expect(service.last.url).toBe('/envoy.service.auth.v3.Authorization/Check');
  expect(readCheck(service.last.bytes)).toMatchObject({
    method: 'POST',
    path: '/orders?x=1',
    host: 'a.example',
    source: '127.0.0.1',
    body: 'text',
    headers: { 'x-token': 't' },
  });
  expect([backend.last.header('x-user'), backend.last.header('x-token')]).toEqual(['ada', null]);
  const unknown = await gateway.request('GET', '/');
  expect(unknown).toMatchObject({ status: 401, body: 'who are you?' });
  expect(unknown.header('www-authenticate')).toBe('Custom');
  await service.close();
  expect((await gateway.request('GET', '/')).status).toBe(503);
  expect(backend.requests.length).toBe(1);
});

row(
  ['AUTH-01', 'AUTH-02', 'AUTH-12'],
  'the experimental filter ExternalAuth of a rule, or of one of its backends',
  async () => {
    const backend = await startBackend();
    const service = await startBackend(({ header }) => ({
      status: header('x-token') === 't' ? 200 : 403,
      headers: { 'X-User': 'ada' },
    }));
    const filter = (path: string, of: 'rule' | 'backend', name = 'judge') => {
      const auth = `filters: [{type: ExternalAuth, externalAuth: {protocol: HTTP, http: {path: /check, allowedHeaders: [X-Token]}, backendRef: {name: ${name}, port: 80}}}]`;
      return `    - matches: [{path: {value: ${path}}}]
      backendRefs: [{name: app, port: 80${of === 'backend' ? `, ${auth}` : ''}}]
${of === 'rule' ? `      ${auth}\n` : ''}`;
    };
    const gateway = await startGateway([
      GATEWAY,
      backend.service('app'),
      service.service('judge'),
      `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: app}
spec:
  parentRefs: [{name: web}]
  rules:
${filter('/rule', 'rule')}${filter('/backend', 'backend')}${filter('/gone', 'rule', 'gone')}    - matches: [{path: {value: /open}}]
      backendRefs: [{name: app, port: 80}]
`,
    ]);
    const ask = async (path: string, headers = {}) => (await gateway.request('GET', path, { headers })).status;
    for (const path of ['/rule', '/backend']) {
      expect([await ask(path), await ask(path, { 'X-Token': 't', 'X-User': 'root' })]).toEqual([403, 200]);
      expect(service.last.url).toBe(`/check${path}`);
      expect(backend.last.header('x-user')).toBe('ada');
    }
    expect([await ask('/gone', { 'X-Token': 't' }), await ask('/open')]).toEqual([500, 200]);
    expect(gateway.condition('HTTPRoute', 'app', 'ResolvedRefs')).toMatchObject({
      status: 'False',
      reason: 'BackendNotFound',
    });
  },
);
