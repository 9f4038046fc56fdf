import { expect, test } from 'vitest';
import { constantEdits } from './constant-edits.ts';

const value = (text: string) => [{ from: 'text', text }] as const;

test('edits of different names are one modifier', () => {
  const edits = constantEdits([
    { action: 'remove', name: 'A' },
    { action: 'set', name: 'B', value: value('b') },
    { action: 'add', name: 'C', value: value('c') },
  ]);
  expect(edits).toEqual([{ set: [{ name: 'B', value: 'b' }], add: [{ name: 'C', value: 'c' }], remove: ['A'] }]);
});

test('edits of one name keep their order', () => {
  const edits = constantEdits([
    { action: 'remove', name: 'A' },
    { action: 'set', name: 'a', value: value('b') },
  ]);
  expect(edits).toEqual([
    { set: [], add: [], remove: ['A'] },
    { set: [{ name: 'a', value: 'b' }], add: [], remove: [] },
  ]);
});

test('one edit that depends on the request makes all of them do', () => {
  const edits = constantEdits([
    { action: 'set', name: 'A', value: value('a') },
    { action: 'set', name: 'B', value: [{ from: 'request', name: 'ClientIP', fallback: null }] },
  ]);
  expect(edits).toBeNull();
  expect(constantEdits([{ action: 'set', name: 'A', secret: 'secret/a/b/c' }])).toBeNull();
  expect(constantEdits([{ action: 'replace', name: 'A', find: value('a'), with: value('b') }])).toBeNull();
});
