import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PAGE, pageOf } from './page.ts';
import { ASIDE, GROUPS, idsOf, isRow } from './rows.ts';
import { clusterTests, collectTests, rowTest } from './tests.ts';

test('the page of what is covered is what the tests say; npm run coverage:requirements writes it', async () => {
  const tests = [...(await collectTests()), ...clusterTests()];
  expect(tests.flatMap(({ ids }) => ids).filter((id) => !isRow(id))).toEqual([]);
  expect(readFileSync(PAGE, 'utf8')).toBe(pageOf(tests));
}, 120_000);

test('there are 347 rows of behaviour and 20 things that are only named', () => {
  const ids = GROUPS.flatMap(idsOf);
  expect(ids.filter((id) => !/^(?:NO|C)-/.test(id))).toHaveLength(347);
  expect(ids.filter((id) => id.startsWith('NO-'))).toHaveLength(20);
  expect(Object.keys(ASIDE).filter((id) => !isRow(id))).toEqual([]);
});

test('a test of rows is told by its name', () => {
  const path = `${import.meta.dirname.replace(/coverage$/, '')}path.test.ts`;
  expect(rowTest(path, 'PATH-01 RL-02 the RL-03 of it')).toEqual({
    file: 'path.test.ts',
    ids: ['PATH-01', 'RL-02'],
    title: 'the RL-03 of it',
  });
  expect(rowTest(path, 'something else')).toBeNull();
});

test('tests of rows that need an API server are told by their files', () => {
  const found = clusterTests().find(({ ids }) => ids.includes('ADM-02'));
  expect(found?.file).toBe('../cluster/installed/routes.test.ts');
  expect(found?.title).toContain('one request to the API server');
  expect(pageOf([found!])).toContain('([routes, in a cluster](../test/cluster/installed/routes.test.ts))');
});

test('the page counts what is shown and names what is missing', () => {
  const page = pageOf([{ file: 'path.test.ts', ids: ['PATH-01', 'MATCH-01'], title: 'a | b' }]);
  expect(page).toContain('| Path matching (PATH) | 30 | 1 | 29 |');
  expect(page).toContain('| PATH-01 | a \\| b ([path](../test/requirements/path.test.ts)) |');
  expect(page).toContain('| PATH-02 | **missing** |');
  expect(page).toContain('| FWD-10 | not asked for: deliberately not offered |');
});
