import { z } from 'zod';
import { text } from '../schema/text.ts';
import { localObjectReferenceSchema } from './object-reference.ts';

const labelValue = text({
  max: 63,
  pattern: /^(?:(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/,
  what: 'letters, digits, "-", "_" and ".", starting and ending with a letter or digit, or empty',
});

/** What the objects that run a Gateway carry. */
export const gatewayInfrastructureSchema = z.object({
  labels: z.record(z.string(), labelValue).optional(),
  annotations: z.record(z.string(), text({ max: 4096 })).optional(),
  parametersRef: localObjectReferenceSchema.optional(),
});

export type GatewayInfrastructure = z.output<typeof gatewayInfrastructureSchema>;
