import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Snapshot } from '../ir/delta.ts';
import type { RoutingTable } from '../ir/table.ts';
import { snapshotOf } from './revision.ts';
import { TableFile } from './table-file.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headgate-table-'));
  path = join(folder, 'table');
});
afterEach(() => rmSync(folder, { recursive: true }));

const EMPTY = { listeners: {}, rules: {}, streams: {}, endpoints: {}, certificates: {}, policies: {}, secrets: {} };

/** `bytes` long, with something of its own. */
function table(mark: string, bytes = 10): Snapshot {
  const backends = {
    'service/shop/a/80': { protocol: 'http1', name: mark, tls: null },
    'service/shop/b/80': { protocol: 'http1', name: 'b'.repeat(bytes), tls: null },
  };
  return snapshotOf({ gateway: 'shop/web', ...EMPTY, backends } as RoutingTable);
}

const load = () => new TableFile(path).load();

test('there is nothing before the first save', async () => {
  expect(await load()).toBeNull();
});

test('what was saved last is loaded, and only its owner may read it', async () => {
  const file = new TableFile(path);
  for (const mark of ['one', 'two', 'three']) await file.save(table(mark));
  expect(await load()).toEqual(table('three'));
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a change costs what it is, and the file does not grow for ever', async () => {
  const file = new TableFile(path);
  await file.save(table('first', 500_000));
  const full = statSync(path).size;
  await file.save(table('second', 500_000));
  expect(statSync(path).size - full).toBeLessThan(1_000);
  for (let i = 0; i < 20; i++) await file.save(table(`large ${i}`, 300_000 + i));
  expect(statSync(path).size).toBeLessThan(4_000_000);
  expect(await load()).toEqual(table('large 19', 300_019));
});

test('saves that overlap end with the newest', async () => {
  const file = new TableFile(path);
  await Promise.all(Array.from({ length: 50 }, (_, i) => file.save(table(`v${i}`))));
  expect(await load()).toEqual(table('v49'));
});

test('of a file that was torn the last whole table counts, and the next save mends it', async () => {
  const file = new TableFile(path);
  await file.save(table('good'));
  const good = statSync(path).size;
  await file.save(table('torn'));
  truncateSync(path, good + 30);
  const restarted = new TableFile(path);
  expect(await restarted.load()).toEqual(table('good'));
  await restarted.save(table('after'));
  expect(await load()).toEqual(table('after'));
});

test('a table that was edited is not believed', async () => {
  await new TableFile(path).save(table('shop'));
  writeFileSync(path, readFileSync(path, 'utf8').replace('"name":"shop"', '"name":"evil"'));
  expect(await load()).toBeNull();
  appendFileSync(path, 'no json\n');
  expect(await load()).toBeNull();
});

test('a folder that cannot be written is told, and the next save may succeed', async () => {
  const missing = join(folder, 'missing', 'table');
  const file = new TableFile(missing);
  await expect(file.save(table('one'))).rejects.toThrow('ENOENT');
  expect(await new TableFile(missing).load()).toBeNull();
});
