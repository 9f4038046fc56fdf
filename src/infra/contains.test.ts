import { expect, test } from 'vitest';
import { contains } from './contains.ts';

const WANTED = { metadata: { labels: { a: '1' } }, spec: { replicas: 2, ports: [{ port: 80 }], tolerations: [] } };

test.each([
  ['the same', WANTED, true],
  [
    'defaults and foreign fields beside it',
    {
      ...WANTED,
      metadata: { labels: { a: '1', foreign: 'x' }, uid: 'u' },
      spec: { ...WANTED.spec, ports: [{ port: 80, protocol: 'TCP' }], type: 'ClusterIP' },
      status: {},
    },
    true,
  ],
  ['an empty list left out', { ...WANTED, spec: { replicas: 2, ports: [{ port: 80 }] } }, true],
  ['another number', { ...WANTED, spec: { ...WANTED.spec, replicas: 3 } }, false],
  ['a port too many', { ...WANTED, spec: { ...WANTED.spec, ports: [{ port: 80 }, { port: 81 }] } }, false],
  ['a label that was removed', { ...WANTED, metadata: { labels: {} } }, false],
  ['nothing', undefined, false],
])('%s', (_, live, expected) => {
  expect(contains(live, WANTED)).toBe(expected);
});
