import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Scan, scan } from './scan.ts';
import { ManifestWatch } from './watch.ts';

let dir = '';
let watching: ManifestWatch | null = null;
let told: Scan[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'watch-'));
  told = [];
});
afterEach(() => {
  watching?.close();
  rmSync(dir, { recursive: true, force: true });
});

function start(paths: string[], recursive = false, poll = 60_000): void {
  const onChange = (found: Scan): void => void told.push(found);
  watching = new ManifestWatch({ paths, recursive, onChange, settle: 20, poll }, scan(paths, recursive));
}
const times = (count: number): Promise<void> => vi.waitFor(() => expect(told).toHaveLength(count), { timeout: 5_000 });
const quiet = (ms = 200): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('tells of a new, an edited, a renamed and a deleted file', async () => {
  start([dir]);
  writeFileSync(join(dir, 'a.yaml'), 'a: 1\n');
  await times(1);
  writeFileSync(join(dir, 'a.yaml'), 'a: 2\n');
  await times(2);
  writeFileSync(join(dir, '.a.yaml.swp'), 'a: 3\n');
  renameSync(join(dir, '.a.yaml.swp'), join(dir, 'a.yaml'));
  await times(3);
  unlinkSync(join(dir, 'a.yaml'));
  await times(4);
  expect(told[3]?.files).toEqual([]);
});

test('says nothing of temporary files, nor of what was there before', async () => {
  writeFileSync(join(dir, 'a.yaml'), 'a: 1\n');
  start([dir]);
  writeFileSync(join(dir, '.a.yaml.swp'), 'x');
  writeFileSync(join(dir, '4913'), 'x');
  unlinkSync(join(dir, '4913'));
  await quiet();
  expect(told).toEqual([]);
});

test('sees the swap of a mounted ConfigMap', async () => {
  for (const version of ['1', '2']) {
    mkdirSync(join(dir, `..${version}`));
    writeFileSync(join(dir, `..${version}`, 'a.yaml'), `a: ${version}\n`);
  }
  symlinkSync('..1', join(dir, '..data'));
  symlinkSync('..data/a.yaml', join(dir, 'a.yaml'));
  start([dir]);
  symlinkSync('..2', join(dir, '..data_tmp'));
  renameSync(join(dir, '..data_tmp'), join(dir, '..data'));
  await times(1);
});

test('follows a single file that is replaced, and folders inside', async () => {
  mkdirSync(join(dir, 'sub'));
  writeFileSync(join(dir, 'only.yaml'), 'a: 1\n');
  start([join(dir, 'only.yaml'), join(dir, 'sub')], true);
  writeFileSync(join(dir, 'next'), 'a: 22\n');
  renameSync(join(dir, 'next'), join(dir, 'only.yaml'));
  await times(1);
  mkdirSync(join(dir, 'sub', 'deep'));
  writeFileSync(join(dir, 'sub', 'deep', 'b.yaml'), 'b: 1\n');
  await times(2);
  writeFileSync(join(dir, 'sub', 'deep', 'b.yaml'), 'b: 23\n');
  await times(3);
});

test('the poll sees what no event told', async () => {
  mkdirSync(join(dir, 'real'));
  writeFileSync(join(dir, 'real', 'a.yaml'), 'a: 1\n');
  mkdirSync(join(dir, 'links'));
  symlinkSync(join(dir, 'real', 'a.yaml'), join(dir, 'links', 'a.yaml'));
  start([join(dir, 'links')], false, 50);
  await quiet(100);
  writeFileSync(join(dir, 'real', 'a.yaml'), 'a: 234\n');
  await times(1);
});

test('a file that is emptied before it is written is not taken for empty', async () => {
  writeFileSync(join(dir, 'a.yaml'), 'a: 1\n');
  start([dir]);
  writeFileSync(join(dir, 'a.yaml'), '');
  await quiet(250);
  expect(told).toEqual([]);
  writeFileSync(join(dir, 'a.yaml'), 'a: 2\n');
  await times(1);
  writeFileSync(join(dir, 'a.yaml'), '');
  await times(2);
});
