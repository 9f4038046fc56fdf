import { expect, test } from 'vitest';
import { createLog } from './log.ts';

function records(run: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  run(createLog({ level: 'info', name: 'test', destination: { write: (line: string) => lines.push(line) } }));
  return lines.map((line) => JSON.parse(line));
}

test('a record has level by name, time, name and message', () => {
  const [record] = records((log) => log.warn({ gateway: 'shop/web' }, 'reloaded'));
  expect(record).toMatchObject({ level: 'warn', name: 'test', gateway: 'shop/web', msg: 'reloaded' });
  expect(record!.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('records below the level are left out', () => {
  expect(records((log) => log.debug('quiet'))).toEqual([]);
});

test('secrets are redacted, and keys of rules are not', () => {
  const text = JSON.stringify(
    records((log) =>
      log.info({
        authorization: 'hidden-1',
        headers: { cookie: 'hidden-2', 'proxy-authorization': 'hidden-3' },
        certificate: { chain: 'shown', key: 'hidden-4' },
        certificates: { 'sha256/ab': { chain: 'shown', key: 'hidden-5' } },
        data: { 'tls.key': 'hidden-6' },
        key: 'httproute/shop/cart/rule/0',
      }),
    ),
  );
  expect(text).not.toContain('hidden');
  expect(text).toContain('httproute/shop/cart/rule/0');
});
