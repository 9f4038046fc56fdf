import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { MAY_IMPORT } from './directions.ts';

/** What the pure parts may take from Node: functions of their arguments, no clock, no I/O. */
const PURE_NODE = new Set(['node:crypto', 'node:net']);
const PURE = new Set(['api', 'ir', 'translate']);

const SRC = resolve(import.meta.dirname, '../src');
const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^'"]*?\sfrom\s)?['"]([^'"]+)['"]|import\(['"]([^'"]+)['"]\)/g;

function sources(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function area(file: string): string {
  return relative(SRC, file).split('/')[0]!;
}

function violations(file: string, text: string): string[] {
  const from = area(file);
  const allowed = MAY_IMPORT[from];
  if (allowed === undefined) return [`${relative(SRC, file)}: ${from} is not a folder of the design`];
  const found: string[] = [];
  for (const match of text.matchAll(IMPORT)) {
    const specifier = (match[1] ?? match[2])!;
    if (specifier.startsWith('node:') && PURE.has(from) && !PURE_NODE.has(specifier)) {
      found.push(`${relative(SRC, file)} imports ${specifier}, and ${from}/ is pure`);
    }
    if (!specifier.startsWith('.')) continue;
    const to = area(resolve(dirname(file), specifier));
    if (to !== from && allowed !== '*' && !allowed.includes(to)) {
      found.push(`${relative(SRC, file)} imports ${specifier}, but ${from} may not import ${to}`);
    }
  }
  return found;
}

test('every import follows the directions of the design', () => {
  expect(sources(SRC).flatMap((file) => violations(file, readFileSync(file, 'utf8')))).toEqual([]);
});

test('a wrong import would be found', () => {
  const text = "import { x } from '../translate/index.ts';\nimport fs from 'node:fs';\n";
  expect(violations(join(SRC, 'proxy/worker.ts'), text)).toHaveLength(1);
  expect(violations(join(SRC, 'translate/index.ts'), text)).toHaveLength(1);
  expect(violations(join(SRC, 'stray/index.ts'), text)).toHaveLength(1);
});
