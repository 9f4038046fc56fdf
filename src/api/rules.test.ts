import { describe, expect, test } from 'vitest';
import { CASES } from '../../test/cluster/cases/index.ts';
import { OWN_CASES } from '../../test/cluster/own/cases.ts';
import { parseResource } from './resources.ts';

/** The faults of a document as `field: message`. */
function faults(document: unknown): string[] {
  const parsed = parseResource(document);
  return parsed.ok ? [] : parsed.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe.each([...CASES, ...OWN_CASES])('$rule', ({ valid, invalid, says }) => {
  test('is kept', () => {
    expect(faults(valid)).toEqual([]);
  });
  test('is broken', () => {
    expect(faults(invalid)).toEqual([says]);
  });
});
