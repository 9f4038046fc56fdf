/** Rows of group MATCH: the client and its connection, and expressions over all of a request. */
import { expect } from 'vitest';
import { EXACT } from '../fake/certificates.ts';
import { GATEWAY } from './gateway.ts';
import { expectHeld, httpRoute, matchPolicy, narrowed, prefix, rule, startMatching } from './matching.ts';
import { row } from './row.ts';

row('MATCH-30', 'the address of the client, and whom it is believed from', async () => {
  const app = await narrowed({ sourceCIDRs: ['127.0.0.2/31', '10.0.0.0/8'] });
  expect(await app.to('/', { from: '127.0.0.2' })).toBe('app');
  expect(await app.to('/', { from: '127.0.0.1' })).toBe('404');
  expect(app.explain('/', [], '127.0.0.3').outcome.status).toBe(0);
  expect(app.explain('/', [], '127.0.0.1').candidates[0]!.lost).toBe(
    'client 127.0.0.1 is not in 127.0.0.2/31, 10.0.0.0/8 (HTTPMatchPolicy default/app)',
  );
  // Nobody is believed unless the Gateway says so.
  expect(await app.to('/', { from: '127.0.0.1', headers: [['X-Forwarded-For', '10.1.2.3']] })).toBe('404');
  const trusting = `${GATEWAY}  infrastructure:
    parametersRef: {group: headgate.dev, kind: GatewayParameters, name: trusting}
---
apiVersion: headgate.dev/v1alpha1
kind: GatewayParameters
metadata: {name: trusting}
spec: {clientIP: {source: XForwardedFor, trustedCIDRs: [127.0.0.1/32]}}
`;
  const believing = await startMatching(
    ['app'],
    [httpRoute('r', [rule('app')]), matchPolicy('r/app', { sourceCIDRs: ['10.0.0.0/8'] })],
    trusting,
  );
  expect(await believing.to('/', { from: '127.0.0.1', headers: [['X-Forwarded-For', '10.1.2.3']] })).toBe('app');
  expect(await believing.to('/', { from: '127.0.0.2', headers: [['X-Forwarded-For', '10.1.2.3']] })).toBe('404');
});

row('MATCH-31', 'a route for https only, with a redirect for http', async () => {
  for (const statusCode of [301, 302, 307, 308]) {
    const redirect = { type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode } };
    const app = await startMatching(
      ['app'],
      [
        httpRoute('secure', [rule('app')], { parentRefs: [{ name: 'web', sectionName: 'https' }] }),
        httpRoute('plain', [{ filters: [redirect] }], { parentRefs: [{ name: 'web', sectionName: 'http' }] }),
      ],
      secureGateway(),
    );
    const answer = await app.gateway.request('GET', 'http://a.example/x?y=1');
    expect(answer.status).toBe(statusCode);
    expect(answer.header('location')).toMatch(/^https:\/\/a\.example(?::\d+)?\/x\?y=1$/);
    expect(await app.to('https://a.example/x')).toBe('app');
  }
});

row(['MATCH-32', 'NO-05', 'MATCH-30'], 'an expression over everything that a request has', async () => {
  const app = await startMatching(
    ['app'],
    [httpRoute('r', [rule('app')]), matchPolicy('r/app', { expression: 'true' })],
    secureGateway(),
  );
  const use = (expression: string) => app.reload([httpRoute('r', [rule('app')]), matchPolicy('r/app', { expression })]);

  await use('request.path.startsWith("/foo") && request.host == "a.example" || request.segments[1] == "x"');
  await app.expect({ '/foo/1': 'app', '/bar': '404', '/bar/x': 'app', 'GET http://b.example/foo': '404' });
  await use('request.method in ["POST", "PUT"] && int(request.query["n"]) >= 10');
  await app.expect({
    'POST /?n=10': 'app',
    'POST /?n=9': '404',
    'POST /?n=x': '404',
    'POST /': '404',
    'GET /?n=10': '404',
  });
  await use('request.segments.exists(s, s.lowerAscii() == "admin") && !("x-debug" in request.headers)');
  await app.expect({ '/a/ADMIN/b': 'app', '/a/b': '404' });
  expect(await app.to('/admin', { headers: [['X-Debug', '1']] })).toBe('404');
  await use('request.headers["X-Env"].matches("^be.a$") || request.cookies.beta == "1"');
  await expectHeld(app, [[['x-env', 'beta']], [['cookie', 'beta=1']]], [[['x-env', 'abeta']], []]);
  await use('cidr("127.0.0.2/32").containsIP(source.address)');
  expect(await app.to('/', { from: '127.0.0.2' })).toBe('app');
  expect(await app.to('/', { from: '127.0.0.1' })).toBe('404');
  await use('request.scheme == "https" && tls.sni == "a.example"');
  await app.expect({
    'GET https://a.example/': 'app',
    'GET https://b.example/': '404',
    'GET http://a.example/': '404',
  });
});

row(['MATCH-32', 'NO-05'], 'an expression that is wrong closes its rule', async () => {
  const app = await startMatching(
    ['app', 'other'],
    [
      httpRoute('r', [rule('app', [prefix('/app')]), rule('other')]),
      matchPolicy('r/app', { expression: 'request.path ==' }),
    ],
  );
  expect(app.gateway.condition('HTTPMatchPolicy', 'app', 'Accepted')).toMatchObject({
    status: 'False',
    reason: 'Invalid',
    message: 'expression: at character 16: the expression ends here',
  });
  expect(app.gateway.condition('HTTPRoute', 'r', 'PartiallyInvalid')).toMatchObject({ status: 'True' });
  await app.expect({ '/app': '500', '/': 'other' });
});

/** With a listener `https` for port 443 beside `http`. */
function secureGateway(): string {
  const { chain, key } = EXACT;
  const secret = { 'tls.crt': chain, 'tls.key': key };
  return `${GATEWAY}    - name: https
      port: 443
      protocol: HTTPS
      tls: {certificateRefs: [{name: a}]}
---
apiVersion: v1
kind: Secret
metadata: {name: a}
type: kubernetes.io/tls
stringData: ${JSON.stringify(secret)}
`;
}
