import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { MAY_IMPORT } from './directions.ts';

/** What the documents say is held against the code, as far as a program can tell. */
const ROOT = resolve(import.meta.dirname, '..');
const DOCS = join(ROOT, 'docs');

function pages(): string[] {
  const found = readdirSync(DOCS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  const root = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
  return [...found.map((name) => join(DOCS, name)), ...root.map((name) => join(ROOT, name))];
}

function read(path: string): string {
  return readFileSync(path, 'utf8');
}

/** The cells of every row of a page's tables under a heading, headers left out. */
function rows(text: string, heading: string): string[][] {
  const start = text.split('\n').indexOf(heading);
  if (start < 0) throw new Error(`no heading ${heading}`);
  const level = /^#+/.exec(heading)![0];
  const section: string[] = [];
  for (const line of text.split('\n').slice(start + 1)) {
    if (/^#+ /.test(line) && /^#+/.exec(line)![0].length <= level.length) break;
    section.push(line);
  }
  const table = section.filter((line) => line.startsWith('|'));
  return table
    .filter((_, i) => !/^\|[-| :]+\|$/.test(table[i]!) && !/^\|[-| :]+\|$/.test(table[i + 1] ?? ''))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
}

/** The anchors that a page's headings have. */
function anchors(text: string): Set<string> {
  const headings = withoutFences(text).matchAll(/^#+ (.*)$/gm);
  return new Set(
    Array.from(headings, ([, title]) =>
      title!
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\- _]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function withoutFences(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '');
}

test('every relative link leads to a file, and to a heading when it names one', () => {
  const broken: string[] = [];
  for (const page of pages()) {
    for (const [, target] of withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      const [path, anchor] = target!.split('#');
      const file = path === '' ? page : resolve(dirname(page), path!);
      if (!existsSync(file)) broken.push(`${relative(ROOT, page)}: ${target}`);
      else if (anchor !== undefined && (!statSync(file).isFile() || !anchors(read(file)).has(anchor))) {
        broken.push(`${relative(ROOT, page)}: ${target}: no such heading`);
      }
    }
  }
  expect(broken).toEqual([]);
});

test('the import directions in the concepts are the enforced ones', () => {
  const shown = Object.fromEntries(
    rows(read(join(DOCS, 'concepts.md')), '## Import directions').map(([folder, allowed]) => [
      folder!.replaceAll('`', ''),
      allowed!.replaceAll('`', ''),
    ]),
  );
  const enforced = Object.entries(MAY_IMPORT)
    .filter(([folder]) => existsSync(join(ROOT, 'src', folder)))
    .map(([folder, to]) => [folder, to === '*' ? 'everything' : to.join(', ') || 'nothing']);
  expect(shown).toEqual(Object.fromEntries(enforced));
});
