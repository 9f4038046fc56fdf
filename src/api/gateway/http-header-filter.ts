import { z } from 'zod';
import { list, set } from '../schema/list.ts';
import { httpHeaderSchema } from './http-header.ts';

const headers = list(httpHeaderSchema, { max: 16, unique: { by: 'name', key: (header) => header.name } });

/** Headers to set, add and remove, of a request or of a response. */
export const headerFilterSchema = z.object({
  set: headers.optional(),
  add: headers.optional(),
  remove: set(z.string(), { max: 16 }).optional(),
});

export type HTTPHeaderFilter = z.output<typeof headerFilterSchema>;
