/** Runs the tests of rows and writes docs/requirements-coverage.md from those that passed. Exit code 1: one failed. */
import { writeFileSync } from 'node:fs';
import { startVitest } from 'vitest/node';
import { PAGE, pageOf } from './page.ts';
import { clusterTests, rowTest, sorted } from './tests.ts';

const vitest = await startVitest(['test/requirements/'], {
  config: new URL('../../vitest.config.ts', import.meta.url).pathname,
  watch: false,
  reporters: ['dot'],
  // It is held against the page that is about to be written.
  exclude: ['test/requirements/coverage/**'],
});
const files = vitest.state.getTestModules();
const tests = files.flatMap(({ children, moduleId }) =>
  Array.from(children.allTests(), (test) => ({ passed: test.ok(), row: rowTest(moduleId, test.name) })),
);
await vitest.close();
const shown = sorted(tests.filter(({ passed }) => passed).map(({ row }) => row));
writeFileSync(PAGE, pageOf([...shown, ...clusterTests()]));
for (const { passed, row } of tests) {
  if (!passed && row !== null) console.error(`not passed: ${row.file}: ${row.ids.join(' ')} ${row.title}`);
}
// A file that cannot even be read has no tests.
process.exitCode = tests.some(({ passed }) => !passed) || files.some((file) => !file.ok()) ? 1 : 0;
