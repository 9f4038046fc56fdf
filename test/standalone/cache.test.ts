import { expect, onTestFinished, test } from 'vitest';
import { startBackend } from '../requirements/backend.ts';
import { GATEWAY, route } from '../requirements/gateway.ts';
import { freeOffset, Headgate, Manifests } from './headgate.ts';

const POLICY = `apiVersion: headgate.dev/v1alpha1
kind: CachePolicy
metadata:
  name: app
spec:
  targetRefs:
    - group: gateway.networking.k8s.io
      kind: HTTPRoute
      name: app
  ttl: 1h
  region: pages
`;

test('every worker keeps responses by itself, and the admin API empties a region in all of them', async () => {
  const backend = await startBackend(() => ({ body: `answer ${backend.requests.length}` }));
  const files = new Manifests({
    'all.yaml': [GATEWAY, backend.service('app'), route('app', '/', 'app'), POLICY].join('---\n'),
  });
  const offset = await freeOffset();
  const options = ['--port-offset', String(offset), '--admin', '127.0.0.1:0', '--workers', '2'];
  const headgate = new Headgate(['standalone', '-f', files.path, ...options]);
  onTestFinished(() => headgate.signal('SIGTERM'));
  const [, admin] = await headgate.said(/admin: http:\/\/127\.0\.0\.1:(\d+)\//);
  const flush = async (region: string, headers: Record<string, string> = { 'headgate-request': '' }) => {
    const response = await fetch(`http://127.0.0.1:${admin}/flush?region=${region}`, { method: 'POST', headers });
    return [response.status, await response.json()] as [number, unknown];
  };
  // A connection for each request, so that both workers get some.
  const ask = async () => {
    for (let index = 0; index < 40; index++) {
      const response = await fetch(`http://127.0.0.1:${80 + offset}/`, { headers: { connection: 'close' } });
      expect(await response.text()).toMatch(/^answer \d+$/);
    }
  };
  await ask();
  const first = backend.requests.length;
  expect(first).toBeGreaterThanOrEqual(1);
  expect(first).toBeLessThanOrEqual(2);
  expect(await flush('default/pages', {})).toMatchObject([403, {}]);
  expect(await flush('default/none')).toMatchObject([
    400,
    { error: 'region: no CachePolicy has the region "default/none"; there are: default/pages' },
  ]);
  await ask();
  expect(backend.requests.length).toBeLessThanOrEqual(2);
  const before = backend.requests.length;
  expect(await flush('default/pages')).toEqual([200, { region: 'default/pages', policies: ['default/app'] }]);
  await ask();
  expect(backend.requests.length).toBeGreaterThan(before);
  expect(backend.requests.length).toBeLessThanOrEqual(before + 2);
});
