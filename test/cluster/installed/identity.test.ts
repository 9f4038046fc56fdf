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
