import { z } from 'zod';
import { LABEL_VALUE } from '../core/name.ts';
import { textMap } from '../schema/map.ts';
import { localObjectReferenceSchema } from './object-reference.ts';

const KEY =
  /^(?:[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\/)?(?:[A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$/;

function keyProblem(key: string): string | null {
  if (!KEY.test(key)) return 'must be at most 63 letters, digits, "-", "_" and ".", possibly after a domain and "/"';
  return key.split('/')[0]!.length < 253 ? null : 'must have a domain of less than 253 characters';
}

/** What the objects that run a Gateway carry. */
export const gatewayInfrastructureSchema = z.object({
  labels: textMap({ max: 8, key: keyProblem, value: LABEL_VALUE }).optional(),
  annotations: textMap({ max: 16, key: keyProblem, value: { max: 4096 } }).optional(),
  parametersRef: localObjectReferenceSchema.optional(),
});

export type GatewayInfrastructure = z.output<typeof gatewayInfrastructureSchema>;
