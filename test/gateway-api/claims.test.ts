/** The page about conformance against what is declared. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { SUPPORTED_FEATURES } from '../../src/translate/feature.ts';
import { plain, rows } from '../markdown.ts';

const PAGE = join(import.meta.dirname, '../../docs/conformance/README.md');

test('every feature without a test of the suite is declared, and has tests of our own', () => {
  const claims = rows(readFileSync(PAGE, 'utf8'), '## What is declared without a test of the suite');
  expect(claims).toHaveLength(4);
  for (const [feature, , shown] of claims) {
    expect(SUPPORTED_FEATURES).toContain(plain(feature!));
    const files = Array.from(shown!.matchAll(/\]\(([^)]+)\)/g), ([, path]) => join(dirname(PAGE), path!));
    expect(files.length, feature).toBeGreaterThan(0);
    for (const file of files) expect(existsSync(file), file).toBe(true);
  }
});

test('features are declared in the order that API servers want', () => {
  expect(SUPPORTED_FEATURES).toEqual([...SUPPORTED_FEATURES].sort());
});
