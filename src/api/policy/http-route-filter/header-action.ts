/** What is done to one field of a request or response. */
import { z } from 'zod';
import { list } from '../../schema/list.ts';
import { text } from '../../schema/text.ts';
import { withRules } from '../rule.ts';
import { anyName } from '../value.ts';
import { fieldName } from './field-name.ts';
import { emptyOrValueTemplate, valueTemplate } from './template.ts';

/** The host is a part of the URL (`urlTemplate`). */
export const messageField = fieldName(['host']);

/** A value of a Secret of the same namespace. */
export const secretKeyRefSchema = z.object({
  name: anyName,
  key: text({ min: 1, max: 253, pattern: /^[-._a-zA-Z0-9]+$/, what: 'letters, digits, "-", "_" and "."' }),
});

const actionSchema = withRules(
  z.object({
    name: messageField,
    action: z
      .enum(['Set', 'Add', 'Remove', 'Replace'])
      .default('Set')
      .describe('Replace changes a text wherever it stands in the values of the field.'),
    value: valueTemplate.describe('For Set and Add.').optional(),
    valueFrom: z
      .object({ secretKeyRef: secretKeyRefSchema })
      .describe('For Set and Add: a value that must not be read in the filter.')
      .optional(),
    find: valueTemplate.describe('For Replace.').optional(),
    with: emptyOrValueTemplate.describe('For Replace.').optional(),
  }),
  {
    cel: "(self.action in ['Set', 'Add']) == (has(self.value) != has(self.valueFrom)) && !(has(self.value) && has(self.valueFrom))",
    holds: ({ action, value, valueFrom }) =>
      (action === 'Set' || action === 'Add') === ((value !== undefined) !== (valueFrom !== undefined)) &&
      !(value !== undefined && valueFrom !== undefined),
    message: 'must have either value or valueFrom for Set and Add, and neither for Remove and Replace',
  },
  {
    cel: "(self.action == 'Replace') == has(self.find) && (self.action == 'Replace') == has(self.with)",
    holds: (action) =>
      (action.action === 'Replace') === (action.find !== undefined) &&
      (action.action === 'Replace') === (action.with !== undefined),
    message: 'must have find and with for Replace, and neither for others',
  },
);

export type HeaderAction = z.output<typeof actionSchema>;

export const headerActionsSchema = list(actionSchema, { max: 32 }).meta({ 'x-kubernetes-list-type': 'atomic' });
