import { z } from 'zod';
import { integer, portNumber } from '../schema/number.ts';
import { group, kind, namespaceName, objectName } from './name.ts';

/** The fields by which a route names a backend; a Service unless group and kind say otherwise. */
export const backendObjectReferenceFields = {
  group: group.default(''),
  kind: kind.default('Service'),
  name: objectName,
  namespace: namespaceName.optional(),
  port: portNumber.optional(),
};

/** A Service is referred to by port; an XBackend (experimental channel) knows its own port. */
export function portFitsKind(
  ref: { group: string; kind: string; port?: number | undefined },
  context: z.RefinementCtx,
): void {
  if (ref.group === '' && ref.kind === 'Service' && ref.port === undefined) {
    context.addIssue({ code: 'custom', path: ['port'], message: 'is required when the reference is to a Service' });
  }
  if (ref.group === 'gateway.networking.x-k8s.io' && ref.kind === 'XBackend' && ref.port !== undefined) {
    context.addIssue({
      code: 'custom',
      path: ['port'],
      message: 'must not be set when the reference is to an XBackend',
    });
  }
}

export const backendObjectReferenceSchema = z.object(backendObjectReferenceFields).superRefine(portFitsKind);

export type BackendObjectReference = z.output<typeof backendObjectReferenceSchema>;

/** The share of a rule's traffic that a backend gets: weight divided by the sum of weights. */
export const weight = integer(0, 1_000_000).default(1);
