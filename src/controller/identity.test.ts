import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KubeClient } from '../kube/client.ts';
import { identify } from './identity.ts';

const AUDIENCE = 'snapshot.headgate.dev';

/** What a Kubernetes 1.36 API server answers to a review of a proxy's token. */
const AUTHENTICATED = {
  audiences: [AUDIENCE],
  authenticated: true,
  user: {
    extra: {
      'authentication.kubernetes.io/credential-id': ['JTI=3bb8e662-3aa0-48b8-bf21-1a4bcfdd4ae3'],
      'authentication.kubernetes.io/pod-name': ['headgate-web-78cf547cdf-jtt68'],
      'authentication.kubernetes.io/pod-uid': ['63b0b3dd-4e03-4dd2-b8f1-93b07f4c1d4b'],
    },
    groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
    uid: '08ce60a1-d9d2-475f-851e-85a49adf634a',
    username: 'system:serviceaccount:shop:headgate-web',
  },
};

let server: Server;
let client: KubeClient;
let status: object;
const asked: unknown[] = [];

beforeEach(async () => {
  server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    asked.push(JSON.parse(text).spec);
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ status }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = new KubeClient({ server: address, tls: {}, authorization: async () => undefined });
});

afterEach(async () => {
  await client.close();
  await new Promise((resolve) => server.close(resolve));
});

const gatewayOf = (namespace: string, account: string) =>
  namespace === 'shop' && account === 'headgate-web' ? 'shop/web' : null;
const identity = () => identify(client, AUDIENCE, 'the token', gatewayOf);

test('a proxy is the pod that its token is bound to, of the Gateway that its ServiceAccount was made for', async () => {
  status = AUTHENTICATED;
  expect(await identity()).toEqual({ gateway: 'shop/web', proxy: 'headgate-web-78cf547cdf-jtt68' });
  expect(asked.at(-1)).toEqual({ token: 'the token', audiences: [AUDIENCE] });
});

test.each([
  ['has expired', { error: '[invalid bearer token, service account token has expired]', user: {} }],
  ['is none', { error: 'invalid bearer token', user: {} }],
  ['is for another audience', { ...AUTHENTICATED, audiences: ['https://kubernetes.default.svc'] }],
  ['was judged without regard to audiences', { ...AUTHENTICATED, audiences: undefined }],
  ['is bound to no pod', { ...AUTHENTICATED, user: { ...AUTHENTICATED.user, extra: {} } }],
  ['is of an account that we made for nobody', withName('system:serviceaccount:shop:default')],
  ['is of an account of the same name elsewhere', withName('system:serviceaccount:attic:headgate-web')],
  ['is of a user', withName('headgate-web')],
])('a token that %s is nobody', async (_, answer) => {
  status = answer;
  expect(await identity()).toBe(null);
});

function withName(username: string): object {
  return { ...AUTHENTICATED, user: { ...AUTHENTICATED.user, username } };
}
