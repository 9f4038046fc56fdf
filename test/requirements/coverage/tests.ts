/** The tests of rows: what `row` calls them, and where they are. */
import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';

const FOLDER = join(import.meta.dirname, '..');
const ROOT = join(FOLDER, '../..');

export type RowTest = {
  /** From test/requirements. */
  readonly file: string;
  readonly ids: readonly string[];
  readonly title: string;
};

/** Null for a test of something else. */
export function rowTest(path: string, name: string): RowTest | null {
  const match = /(?:^| > )((?:[A-Z]+-\d{2} )+)(.*)$/s.exec(name);
  if (match === null) return null;
  return { file: relative(FOLDER, path), ids: match[1]!.trim().split(' '), title: match[2]! };
}

/** By file; in a file by its order. */
export function sorted(tests: readonly (RowTest | null)[]): RowTest[] {
  return tests.filter((test) => test !== null).sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
}

/** `row(ids, title` at the beginning of a line, with constants only. */
const CLUSTER_ROW = /^row\(\s*(\[[^\]]*\]|'[^']*'),\s*'((?:[^'\\]|\\.)*)',/gm;

/**
 * Those that need an API server, as they stand in their files: `npm run test:cluster` runs them, and says whether they pass.
 * Where that is not there they cannot even be listed, since their files connect to it.
 */
export function clusterTests(): RowTest[] {
  const files = globSync('test/cluster/**/*.test.ts', { cwd: ROOT }).sort();
  return files.flatMap((file) =>
    Array.from(readFileSync(join(ROOT, file), 'utf8').matchAll(CLUSTER_ROW), ([, ids, title]) => ({
      file: relative(FOLDER, join(ROOT, file)),
      ids: ids!.match(/[A-Z]+-\d{2}/g) ?? [],
      title: title!.replaceAll(/\\(.)/g, '$1'),
    })),
  );
}

/** All there are here, without running any. */
export async function collectTests(): Promise<RowTest[]> {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const args = [
    vitest,
    'list',
    'test/requirements/',
    '--config',
    'test/vitest.config.ts',
    '--no-static-parse',
    '--json',
  ];
  const env = { PATH: process.env.PATH };
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env, maxBuffer: 16_777_216 });
  const all = JSON.parse(stdout.slice(stdout.indexOf('['))) as { name: string; file: string }[];
  return sorted(all.map(({ file, name }) => rowTest(file, name)));
}
