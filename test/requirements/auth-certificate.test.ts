import { beforeAll, expect } from 'vitest';
import { Authority, type Issued } from '../fake/authority.ts';
import { accessPolicy } from './access.ts';
import { startBackend } from './backend.ts';
import { route, startGateway } from './gateway.ts';
import { row } from './row.ts';

let server: Issued;
let clients: Authority;
let cart: Issued;
let admin: Issued;
let expired: Issued;
let stranger: Issued;

beforeAll(async () => {
  const authority = await Authority.create('Servers');
  clients = await Authority.create('Clients');
  server = await authority.issue([{ type: 'dns', value: 'a.example' }]);
  cart = await clients.issue([{ type: 'url', value: 'spiffe://shop/cart' }]);
  admin = await clients.issue([{ type: 'url', value: 'spiffe://shop/admin' }]);
  expired = await clients.issue([{ type: 'url', value: 'spiffe://shop/cart' }], true);
  stranger = await authority.issue([{ type: 'url', value: 'spiffe://shop/cart' }]);
});

const object = (kind: string, name: string, content: object) =>
  JSON.stringify({ apiVersion: 'v1', kind, metadata: { name }, ...content });

/** A gateway that asks for certificates and takes clients without one, too. */
async function started(rules: string) {
  const backend = await startBackend();
  const gateway = await startGateway([
    `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: headgate}
spec: {controllerName: headgate.dev/gateway-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web}
spec:
  gatewayClassName: headgate
  tls:
    frontend:
      default:
        validation: {mode: AllowInsecureFallback, caCertificateRefs: [{group: "", kind: ConfigMap, name: clients}]}
  listeners:
    - {name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: web}]}}
`,
    object('Secret', 'web', {
      type: 'kubernetes.io/tls',
      stringData: { 'tls.crt': server.chain, 'tls.key': server.key },
    }),
    object('ConfigMap', 'clients', { data: { 'ca.crt': clients.certificate } }),
    backend.service('app'),
    route('open', '/open', 'app'),
    route('app', '/app', 'app'),
    accessPolicy('guard', rules),
  ]);
  const ask = (path: string, issued: Issued | null, headers = {}, http2 = false) =>
    gateway.request('GET', `https://a.example${path}`, {
      headers,
      http2,
      ...(issued === null ? {} : { tls: { cert: issued.chain, key: issued.key } }),
    });
  return { ask, backend, gateway };
}

row(['AUTH-05', 'AUTH-06', 'NO-02'], 'a route that wants a certificate, beside one that does not', async () => {
  const { ask, backend } = await started('clientCertificate: {mode: Required}');
  expect((await ask('/app', cart)).status).toBe(200);
  expect((await ask('/app', cart, {}, true)).status).toBe(200);
  for (const issued of [null, expired, stranger]) {
    const refused = await ask('/app', issued);
    expect(refused).toMatchObject({ status: 401, body: '401 Unauthorized\n' });
    expect((await ask('/app', issued, {}, true)).status).toBe(401);
    expect((await ask('/open', issued)).status).toBe(200);
  }
  expect(backend.requests.filter(({ url }) => url === '/app').length).toBe(2);
});

row(['AUTH-02', 'NO-02'], 'only those whose certificate has one of the names', async () => {
  const { ask } = await started('clientCertificate: {mode: Required, subjectAltNames: ["spiffe://shop/cart"]}');
  expect([(await ask('/app', cart)).status, (await ask('/app', admin)).status]).toEqual([200, 403]);
});

row(['AUTH-11', 'NO-02'], 'the subject is in a header that clients cannot write', async () => {
  const { ask, backend } = await started('clientCertificate: {mode: Optional, subjectHeader: X-Client-Subject}');
  const forged = { 'X-Client-Subject': 'CN=root' };
  expect((await ask('/app', cart, forged)).status).toBe(200);
  expect(backend.last.header('x-client-subject')).toBe('CN=test');
  expect((await ask('/app', null, forged)).status).toBe(200);
  expect(backend.last.header('x-client-subject')).toBeNull();
  expect((await ask('/app', stranger, forged)).status).toBe(200);
  expect(backend.last.header('x-client-subject')).toBeNull();
});

row('AUTH-02', 'a certificate is somebody whose claims can be asked for', async () => {
  const { ask } = await started(`
clientCertificate: {mode: Required}
authorization: {rules: [{claim: subjectAltNames, values: ["spiffe://shop/admin"]}]}
`);
  expect([(await ask('/app', cart)).status, (await ask('/app', admin)).status]).toEqual([403, 200]);
});
