import { expect, test } from 'vitest';
import { FIXED_FIELDS } from '../../api/policy/http-route-filter/field-name.ts';
import { CONNECTION_FIELDS } from '../../ir/connection-fields.ts';

test('what filters may not change is what the proxy keeps to itself', () => {
  expect(new Set(FIXED_FIELDS)).toEqual(CONNECTION_FIELDS);
});
