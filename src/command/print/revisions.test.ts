import { expect, test } from 'vitest';
import type { ShownHistory, ShownRevision } from '../controller/source.ts';
import { historyText, withoutEndpointsOnly } from './revisions.ts';

const revision = (name: string, endpointsOnly: boolean): ShownRevision => ({
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
    revisions: [revision('d', true), revision('c', true), revision('b', false)],
  };
  const shown = withoutEndpointsOnly(history);
  expect(shown.revisions.map((one) => one.revision[0])).toEqual(['d', 'b']);
  expect(historyText(shown)).toMatch(/d{12}\s+served/);
});
