import { expect, test } from 'vitest';
import { convertHeaderEdits } from './header-edits.ts';
import { RuleReport } from './report.ts';

function faults(edits: Parameters<typeof convertHeaderEdits>[0], target: 'request' | 'response' = 'request'): string[] {
  const report = new RuleReport();
  convertHeaderEdits(edits, target, 'filter', report);
  return report.invalid;
}

test.each(['a\r\nX-Injected: b', 'a\nb', 'a\0', 'é', '\x7f'])('the value %j could be more than a value', (value) => {
  expect(faults({ set: [{ name: 'X-A', value }] })).toHaveLength(1);
  expect(faults({ add: [{ name: 'X-A', value }] }, 'response')).toHaveLength(1);
});

test.each(['Content-Length', 'transfer-encoding', 'Connection', 'Upgrade', 'TE', 'Trailer', 'Keep-Alive'])(
  '%s cannot be set, added or removed',
  (name) => {
    for (const target of ['request', 'response'] as const) {
      expect(faults({ set: [{ name, value: 'a' }] }, target)).toHaveLength(1);
      expect(faults({ add: [{ name, value: 'a' }] }, target)).toHaveLength(1);
      expect(faults({ remove: [name] }, target)).toHaveLength(1);
    }
  },
);

test.each([
  ['shop.example', 0],
  ['shop.example:8080', 0],
  ['[::1]:8080', 0],
  ['shop.example/path', 1],
  ['user@shop.example', 1],
  ['', 1],
])('the host can be set to %j: %d faults', (value, count) => {
  expect(faults({ set: [{ name: 'host', value }] })).toHaveLength(count);
});

test('the host of a response is a header like any other', () => {
  expect(faults({ add: [{ name: 'Host', value: 'a/b' }], remove: ['X'] }, 'response')).toEqual([]);
});
