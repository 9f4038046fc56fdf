import { sign } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SNAPSHOT_PATH } from '../../../src/snapshot/server.ts';
import {
  CONTROLLER,
  create,
  get,
  kube,
  list,
  makeNamespace,
  pathOf,
  remove,
  removeNamespace,
  SYSTEM,
  until,
} from './cluster.ts';
import { httpRoute, programmed, startBackend, startGateway } from './shop.ts';

const AUDIENCE = 'snapshot.headgate.dev';

let namespace: string;
let ca: string;
let controller: string;

beforeAll(async () => {
  namespace = await makeNamespace('identity');
  await Promise.all([
    startGateway(namespace, 'web'),
    startGateway(namespace, 'other'),
    startBackend(namespace, 'echo', 1),
  ]);
  await create(httpRoute(namespace, 'secret', '/secret'));
  await programmed(namespace, 'web');
  ca = (await get('ConfigMap', namespace, 'headgate-web')).data['ca.crt'];
  const pods = await list('Pod', SYSTEM, `app.kubernetes.io/name=${CONTROLLER}`);
  controller = pods.find(({ status }) => status.phase === 'Running')!.status.podIP;
});

afterAll(async () => {
  await removeNamespace(namespace);
  await kube.close();
});

type Bound = { readonly name: string };

/** A token of a ServiceAccount, as the kubelet would get it for a pod. */
async function tokenOf(serviceAccount: string, audience: string, pod: Bound | null): Promise<string> {
  const boundObjectRef = pod === null ? undefined : { kind: 'Pod', apiVersion: 'v1', name: pod.name };
  const made = await kube.request<{ status: { token: string } }>(
    'POST',
    `${pathOf('ServiceAccount', namespace, serviceAccount)}/token`,
    {
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: [audience], expirationSeconds: 600, boundObjectRef },
      },
    },
  );
  return made.status.token;
}

async function proxyPod(gateway: string): Promise<Bound> {
  return until(`a proxy of ${gateway}`, async () => {
    const pods = await list('Pod', namespace, `gateway.networking.k8s.io/gateway-name=${gateway}`);
    return pods[0]?.metadata;
  });
}

/** Status, and what came within a while. */
async function converse(token: string | null): Promise<{ status: number; text: string }> {
  const connection = connect(`https://${controller}:9443`, { ca, servername: `${CONTROLLER}.${SYSTEM}.svc` });
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const stream = connection.request({ ':method': 'POST', ':path': SNAPSHOT_PATH, ...authorization });
  stream.setEncoding('utf8');
  let text = '';
  stream.on('data', (part: string) => {
    text += part;
  });
  try {
    const status = await new Promise<number>((resolve, reject) => {
      stream.on('response', (headers) => resolve(Number(headers[':status'])));
      stream.on('error', reject);
      connection.on('error', reject);
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    return { status, text };
  } finally {
    connection.destroy();
  }
}

const REFUSED = { status: 401, text: '' };

test.each([
  ['no token', null],
  ['what is no token', 'nonsense'],
])('%s gets nothing', async (_, token) => {
  expect(await converse(token)).toEqual(REFUSED);
});

test('the token of a proxy gets the table of its own Gateway, and none of another', async () => {
  const own = await converse(await tokenOf('headgate-web', AUDIENCE, await proxyPod('web')));
  expect(own.status).toBe(200);
  expect(own.text).toContain(`"gateway":"${namespace}/web"`);
  expect(own.text).toContain('httproute/');
  const other = await converse(await tokenOf('headgate-other', AUDIENCE, await proxyPod('other')));
  expect(other.text).toContain(`"gateway":"${namespace}/other"`);
  expect(other.text).not.toContain('httproute/');
});

test('a token for another audience gets nothing', async () => {
  const pod = await proxyPod('web');
  expect(await converse(await tokenOf('headgate-web', 'https://kubernetes.default.svc', pod))).toEqual(REFUSED);
  expect(await converse(await tokenOf('headgate-web', 'somebody.else', pod))).toEqual(REFUSED);
});

test('a token of the right account that no pod holds gets nothing', async () => {
  expect(await converse(await tokenOf('headgate-web', AUDIENCE, null))).toEqual(REFUSED);
});

test('the token of another account in the same namespace gets nothing', async () => {
  const [pod] = await list('Pod', namespace, 'app=echo');
  expect(await converse(await tokenOf('default', AUDIENCE, pod!.metadata))).toEqual(REFUSED);
});

test('a token gets nothing once the pod that it was made for is gone', async () => {
  const pod = 'short';
  await create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name: pod },
    spec: {
      serviceAccountName: 'headgate-web',
      // It need not run: tokens are bound to the object.
      schedulingGates: [{ name: 'example.com/never' }],
      containers: [{ name: 'none', image: 'none' }],
    },
  });
  const token = await tokenOf('headgate-web', AUDIENCE, { name: pod });
  expect((await converse(token)).status).toBe(200);
  await remove('Pod', namespace, pod, true);
  await until('the token is refused', async () => (await converse(token)).status === 401);
  expect(await converse(token)).toEqual(REFUSED);
});

/** Where the cluster runs on this machine: what its tokens are signed with. */
const SIGNING_KEY = `${process.env.CLUSTER_HOME}/state/pki/sa.key`;

test.runIf(existsSync(SIGNING_KEY))('a token that has expired gets nothing', async () => {
  const good = await tokenOf('headgate-web', AUDIENCE, await proxyPod('web'));
  const now = Math.floor(Date.now() / 1_000);
  // Signed anew as it is, so that a refusal can only be for what was changed.
  expect((await converse(signed(good, {}))).status).toBe(200);
  expect(await converse(signed(good, { nbf: now - 1_200, iat: now - 1_200, exp: now - 600 }))).toEqual(REFUSED);
});

/** The same token with other claims, by the cluster's own key. */
function signed(token: string, claims: object): string {
  const [head, body] = token.split('.') as [string, string];
  const before = JSON.parse(Buffer.from(body, 'base64url').toString());
  const text = `${head}.${Buffer.from(JSON.stringify({ ...before, ...claims })).toString('base64url')}`;
  return `${text}.${sign('sha256', Buffer.from(text), readFileSync(SIGNING_KEY)).toString('base64url')}`;
}
