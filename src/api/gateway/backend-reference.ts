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

export const backendObjectReferenceSchema = z.object(backendObjectReferenceFields);

export type BackendObjectReference = z.output<typeof backendObjectReferenceSchema>;

/** The share of a rule's traffic that a backend gets: weight divided by the sum of weights. */
export const weight = integer(0, 1_000_000).default(1);
