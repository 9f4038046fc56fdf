import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FakeApiServer } from '../../../test/fake/api-server.ts';
import { startFakeKube } from '../../../test/fake/kube.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { ObjectStatus } from '../../translate/index.ts';
import { CrdVersions } from './crd-versions.ts';
import { withSupportedVersion } from './supported-version.ts';

const ALL = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const NAMES = ['gateways', 'httproutes', 'udproutes'];

let server: FakeApiServer;
let client: KubeClient;
let stop: AbortController;
let failures: unknown[];

beforeEach(async () => {
  ({ server, client } = await startFakeKube());
  stop = new AbortController();
  failures = [];
});

afterEach(async () => {
  stop.abort();
  await client.close();
  await server.stop();
});

function put(name: string, version: string | null): void {
  const annotations = version === null ? {} : { 'gateway.networking.k8s.io/bundle-version': version };
  server.put(ALL, '', name, { kind: 'CustomResourceDefinition', metadata: { annotations } });
}

function start(changed = () => {}): CrdVersions {
  const failed = (error: unknown) => failures.push(error);
  const versions = new CrdVersions({ client, names: NAMES, changed, failed, pace: 10 });
  void versions.run(stop.signal);
  return versions;
}

test('the versions of CRDs that are there are found, and found again when they change', async () => {
  server.install(ALL);
  put('gateways', 'v1.7.0');
  put('httproutes', null);
  let changes = 0;
  const versions = start(() => {
    changes += 1;
  });
  await versions.asked;
  expect(versions.found).toEqual(
    new Map([
      ['gateways', 'v1.7.0'],
      ['httproutes', ''],
    ]),
  );
  put('httproutes', 'v1.7.1');
  await expect.poll(() => versions.found?.get('httproutes')).toBe('v1.7.1');
  expect(changes).toBe(2);
  expect(failures).toEqual([]);
});

test('what was found stays while nobody answers, which is told once', async () => {
  server.install(ALL);
  put('gateways', 'v1.7.0');
  const versions = start();
  await versions.asked;
  await server.stop();
  await expect.poll(() => failures.length).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(failures.length).toBe(1);
  expect(versions.found?.get('gateways')).toBe('v1.7.0');
});

const CLASS = {
  kind: 'GatewayClass',
  namespace: '',
  name: 'headgate',
  status: {
    conditions: [{ type: 'Accepted', status: 'True', reason: 'Accepted', message: '', observedGeneration: 3 }],
    supportedFeatures: [],
  },
} as unknown as ObjectStatus;

test.each([
  [{ gateways: 'v1.7.0', httproutes: 'v1.7.3' }, 'True', 'SupportedVersion', 'v1.7'],
  [{ gateways: 'v1.7.0', httproutes: 'v1.70.0' }, 'False', 'UnsupportedVersion', 'httproutes of v1.70.0'],
  [{ gateways: '' }, 'False', 'UnsupportedVersion', 'gateways of no version'],
  [{ a: '', b: '', c: '', d: '', e: '', f: '' }, 'False', 'UnsupportedVersion', 'and 2 more'],
])(
  'a class says whether its CRDs %o are of the release that Headgate is made for',
  (versions, status, reason, text) => {
    const shown = withSupportedVersion(CLASS, new Map(Object.entries(versions)));
    expect(shown.status).toMatchObject({
      conditions: [
        { type: 'Accepted' },
        { type: 'SupportedVersion', status, reason, message: expect.stringContaining(text), observedGeneration: 3 },
      ],
    });
  },
);

test('a class says nothing of versions that are not known', () => {
  expect(withSupportedVersion(CLASS, null)).toBe(CLASS);
});
