import { expect, test } from 'vitest';
import type { ShownHistory, ShownRevision } from '../controller/source.ts';
import { diffText, historyText, withoutEndpointsOnly } from './revisions.ts';

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

const made = (name: string, endpointsOnly: boolean): ShownRevision => ({
  revision: name.repeat(64),
  at: '2026-03-01T10:02:11.000Z',
  endpointsOnly,
  changed: { [endpointsOnly ? 'endpoints' : 'rules']: ['key'] },
});

test('the revision that is served is listed also when only endpoints changed with it, others of that sort are not', () => {
  const history: ShownHistory = {
    gateway: 'shop/web',
    published: 'd'.repeat(64),
    configured: 'd'.repeat(64),
    pinned: null,
    revisions: [made('d', true), made('c', true), made('b', false)],
  };
  const shown = withoutEndpointsOnly(history);
  expect(shown.revisions.map((one) => one.revision[0])).toEqual(['d', 'b']);
  expect(historyText(shown)).toMatch(/d{12}\s+served/);
});
