import { expect, test } from 'vitest';
import type { ShownHistory } from '../controller/source.ts';
import { diffText, historyText } from './revisions.ts';

const revision = (start: string) => start.padEnd(64, '0');

test('history says what is served, pinned and configured, and what changed', () => {
  const history: ShownHistory = {
    gateway: 'shop/web',
    published: revision('aaaa'),
    configured: revision('cccc'),
    pinned: { revision: revision('bbbb'), at: '2026-01-01T00:00:02Z' },
    revisions: [
      {
        revision: revision('aaaa'),
        at: '2026-01-01T00:00:02.123Z',
        endpointsOnly: false,
        changed: { rules: ['a', 'b', 'c', 'd', 'e'] },
      },
      {
        revision: revision('bbbb'),
        at: '2026-01-01T00:00:01.000Z',
        endpointsOnly: false,
        changed: { certificates: [`sha256/${'f'.repeat(64)}`], rules: ['a'] },
      },
      { revision: revision('dddd'), at: '2026-01-01T00:00:00.000Z', endpointsOnly: false, changed: null },
    ],
  };
  expect(historyText(history).split('\n')).toEqual([
    'PUBLISHED             REVISION      STATE   CHANGED',
    '2026-01-01T00:00:02Z  aaaa00000000  served  rules: a, b, c and 2 more',
    '2026-01-01T00:00:01Z  bbbb00000000  pinned  certificates: sha256/ffffffffffff; rules: a',
    '2026-01-01T00:00:00Z  dddd00000000          the first that is known',
    '',
    'Gateway shop/web is pinned to revision bbbb00000000 since 2026-01-01T00:00:02Z; configured is cccc00000000.',
    '',
  ]);
});

test('a diff has a line for each entry and each field', () => {
  const [from, to] = [revision('aaaa'), revision('bbbb')];
  const text = diffText({
    gateway: 'shop/web',
    from,
    to,
    changes: [
      { collection: 'rules', key: 'r/0', change: 'added', fields: [] },
      { collection: 'rules', key: 'r/1', change: 'removed', fields: [] },
      { collection: 'rules', key: 'r/2', change: 'changed', fields: [{ path: 'name', from: 'x\n', to: undefined }] },
    ],
  });
  expect(text).toBe(
    'Gateway shop/web, from revision aaaa00000000 to bbbb00000000\n\n+ rules r/0\n- rules r/1\n~ rules r/2\n    name: "x\\n" -> (not there)\n',
  );
  expect(diffText({ gateway: 'shop/web', from, to, changes: [] })).toMatch(/: nothing differs\n$/);
});
