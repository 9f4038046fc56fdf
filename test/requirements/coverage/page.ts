/** docs/requirements-coverage.md: from the tests of rows to the page. */
import { basename, join } from 'node:path/posix';
import { ASIDE, GROUPS, type Group, idsOf } from './rows.ts';
import type { RowTest } from './tests.ts';

export const PAGE = new URL('../../../docs/requirements-coverage.md', import.meta.url).pathname;

/** `tests` are those that passed, and those that need a cluster. */
export function pageOf(tests: readonly RowTest[]): string {
  const byRow = new Map<string, RowTest[]>();
  for (const test of tests) for (const id of test.ids) byRow.set(id, [...(byRow.get(id) ?? []), test]);
  const counts = GROUPS.map((group) => countsOf(group, byRow));
  const sum = counts.reduce((a, b) => ({ asked: a.asked + b.asked, shown: a.shown + b.shown }));
  return `# Which requirements are shown by tests

This page is generated: \`npm run coverage:requirements\` runs the tests and writes it, and \`npm test\` fails when it is stale.

A row is shown when a test sends its input through a live proxy that manifests alone configure, asserts what comes out (and the
conditions of the objects), and passes. Rows without such a test are **missing**. Tests that are marked \`in a cluster\` need an API server: \`npm run test:cluster\`
runs them, and nothing here says whether they passed there.

Shown: ${sum.shown} of the ${sum.asked} rows that are asked for.

| group | rows asked for | shown | missing |
|---|---|---|---|
${GROUPS.map((group, i) => summaryLine(group, counts[i]!)).join('\n')}

${GROUPS.map((group) => sectionOf(group, byRow)).join('\n\n')}
`;
}

type Counts = { readonly asked: number; readonly shown: number };

function countsOf(group: Group, byRow: ReadonlyMap<string, readonly RowTest[]>): Counts {
  const asked = idsOf(group).filter((id) => ASIDE[id] === undefined);
  return { asked: asked.length, shown: asked.filter((id) => byRow.has(id)).length };
}

function summaryLine({ title, prefix }: Group, { asked, shown }: Counts): string {
  return `| ${title} (${prefix}) | ${asked} | ${shown} | ${asked - shown} |`;
}

function sectionOf(group: Group, byRow: ReadonlyMap<string, readonly RowTest[]>): string {
  const lines = idsOf(group).map((id) => {
    const tests = byRow.get(id) ?? [];
    return `| ${id} | ${tests.length === 0 ? withoutTest(id) : tests.map(testText).join('<br>')} |`;
  });
  return `## ${group.title}

| row | shown by |
|---|---|
${lines.join('\n')}`;
}

function withoutTest(id: string): string {
  const aside = ASIDE[id];
  return aside === undefined ? '**missing**' : `not asked for: ${aside}`;
}

function testText({ file, title }: RowTest): string {
  const name = basename(file, '.test.ts');
  const path = join('../test/requirements', file);
  return `${escaped(title)} ([${file.startsWith('..') ? `${name}, in a cluster` : name}](${path}))`;
}

/** As a cell of a table, with nothing that Markdown reads as more than text. */
function escaped(title: string): string {
  return title.replace(/[\\|<>*_`[\]]/g, '\\$&');
}
