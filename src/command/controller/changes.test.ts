import { expect, test } from 'vitest';
import { emptyTable, type RoutingTable } from '../../ir/table.ts';
import { snapshotOf } from '../../snapshot/revision.ts';
import { changesBetween } from './changes.ts';

const table = (part: object) => snapshotOf({ ...emptyTable('shop/web'), ...part } as RoutingTable);

test('entries are added, removed and changed field by field', () => {
  const rule = (weight: number, ...names: string[]) => ({
    name: '',
    backends: [{ weight }],
    hosts: names,
    retry: null,
  });
  const from = table({ rules: { a: rule(90, 'x'), b: rule(1), c: rule(1) }, backends: { s: { name: 'n' } } });
  const to = table({ rules: { a: { ...rule(10, 'x', 'y'), retry: { attempts: 1 } }, b: rule(1), d: rule(1) } });
  expect(changesBetween(from, to)).toEqual([
    { collection: 'backends', key: 's', change: 'removed', fields: [] },
    {
      collection: 'rules',
      key: 'a',
      change: 'changed',
      fields: [
        { path: 'backends[0].weight', from: 90, to: 10 },
        { path: 'hosts[1]', from: undefined, to: 'y' },
        { path: 'retry', from: null, to: { attempts: 1 } },
      ],
    },
    { collection: 'rules', key: 'c', change: 'removed', fields: [] },
    { collection: 'rules', key: 'd', change: 'added', fields: [] },
  ]);
});

test('nothing of a certificate is shown', () => {
  const certificate = (key: string) => ({ certificates: { c: { chain: '', key, names: [], notAfter: 0 } } });
  expect(changesBetween(table(certificate('one secret')), table(certificate('another')))).toEqual([
    { collection: 'certificates', key: 'c', change: 'changed', fields: [] },
  ]);
});

test('the key of sessions is not shown', () => {
  const sessionPersistence = { kind: 'cookie', name: 'session', key: 'one secret' };
  const from = table({ rules: { a: { name: '' } } });
  const to = table({ rules: { a: { name: '', sessionPersistence } } });
  expect(JSON.stringify(changesBetween(from, to))).not.toContain('one secret');
});
