import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AccessEntry, AccessLog } from './access-log.ts';
import { Registry, toPrometheus } from './metrics.ts';

let dir = '';
let file = '';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'headgate-access-log-'));
  file = join(dir, 'access.log');
});

afterEach(() => {
  rmSync(dir, { recursive: true });
});

function entry(id: string): AccessEntry {
  return Object.assign(new AccessEntry(), { requestId: id, status: 200 });
}

function ids(path: string): string[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).request_id);
}

test('nothing is written while a request runs, everything soon after', async () => {
  const log = new AccessLog({ target: file, flushInterval: 5 });
  log.log(entry('a'));
  log.log(entry('b'));
  expect(readFileSync(file, 'utf8')).toBe('');
  await expect.poll(() => ids(file)).toEqual(['a', 'b']);
  await log.close();
});

test('an entry may be filled again at once', async () => {
  const log = new AccessLog({ target: file });
  const shared = entry('first');
  log.log(shared);
  shared.requestId = 'second';
  log.log(shared);
  await log.close();
  expect(ids(file)).toEqual(['first', 'second']);
});

test('many lines come out whole and in order, also those taken during a write', async () => {
  const log = new AccessLog({ target: file });
  const expected: string[] = [];
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 500; i++) {
      expected.push(`${round}-${i}`);
      log.log(entry(`${round}-${i}`));
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await log.flush();
  expect(ids(file)).toEqual(expected);
  await log.close();
});

test('what does not fit the buffer is dropped whole and counted', async () => {
  const registry = new Registry();
  const log = new AccessLog({ target: file, bufferLimit: 1000 }, registry);
  for (let i = 0; i < 100; i++) log.log(entry(String(i)));
  await log.flush();
  const kept = ids(file).length;
  expect(kept).toBeGreaterThan(0);
  expect(log.dropped).toBe(100 - kept);
  const text = toPrometheus(registry.collect());
  expect(text).toContain(`headgate_access_log_lines_total ${kept}\n`);
  expect(text).toContain(`headgate_access_log_dropped_lines_total ${100 - kept}\n`);
  log.log(entry('after'));
  await log.close();
  expect(ids(file).at(-1)).toBe('after');
});

test('after a rotation lines go to the new file, and none is lost', async () => {
  const log = new AccessLog({ target: file });
  log.log(entry('old'));
  await log.flush();
  renameSync(file, `${file}.1`);
  log.log(entry('waiting'));
  log.reopen();
  log.log(entry('new'));
  await log.close();
  expect(ids(`${file}.1`)).toEqual(['old']);
  expect(ids(file)).toEqual(['waiting', 'new']);
});

test('a target that cannot be written costs its lines, which are counted', async () => {
  const log = new AccessLog({ target: '/dev/full' });
  log.log(entry('a'));
  log.log(entry('b'));
  await log.close();
  expect(log.dropped).toBe(2);
});

test('lines after closing are dropped', async () => {
  const log = new AccessLog({ target: file });
  await log.close();
  log.log(entry('late'));
  expect(log.dropped).toBe(1);
});

test('a process that exits writes what waits', () => {
  const program = `
    const { AccessEntry, AccessLog } = await import(${JSON.stringify(new URL('./access-log.ts', import.meta.url).href)});
    const log = new AccessLog({ target: 1 });
    process.on('exit', () => log.flushSync());
    const entry = new AccessEntry();
    entry.requestId = 'last';
    log.log(entry);
  `;
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(JSON.parse(out).request_id).toBe('last');
});

test('lines of several processes on one pipe do not mix', async () => {
  const program = `
    const { AccessEntry, AccessLog } = await import(${JSON.stringify(new URL('./access-log.ts', import.meta.url).href)});
    const log = new AccessLog({ target: 1, bufferLimit: 16 * 1024 * 1024 });
    const entry = new AccessEntry();
    entry.userAgent = process.argv[1].repeat(300);
    for (let i = 0; i < 2000; i++) log.log(entry);
    await log.close();
  `;
  const shell = spawn('/bin/sh', [
    '-c',
    `for n in a b c; do "$0" --input-type=module -e "$1" $n & done | cat; wait`,
    process.execPath,
    program,
  ]);
  let out = '';
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  await new Promise((resolve) => shell.on('close', resolve));
  const counts: Record<string, number> = { a: 0, b: 0, c: 0 };
  for (const line of out.split('\n').slice(0, -1)) counts[JSON.parse(line).user_agent[0]]! += 1;
  expect(counts).toEqual({ a: 2000, b: 2000, c: 2000 });
});
