/** Header fields that every route of a Gateway has in common. */
import { z } from 'zod';
import { headerValue } from '../../gateway/http-header.ts';
import { list, set } from '../../schema/list.ts';
import { fieldName } from '../http-route-filter/field-name.ts';

const name = fieldName(['host']);

const values = list(z.object({ name, value: headerValue }), {
  max: 16,
  unique: { by: 'name', key: (field) => field.name },
}).meta({
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['name'],
});

const edits = z.object({
  set: values.optional(),
  add: values.optional(),
  remove: set(name, { max: 16 }).optional(),
});

export const headersSchema = z.object({
  request: edits.describe('Of requests to backends.').optional(),
  response: edits.describe('Of responses to clients.').optional(),
});

export type ParameterHeaders = z.output<typeof headersSchema>;
