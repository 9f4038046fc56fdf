import { z } from 'zod';
import { list } from '../schema/list.ts';
import { portNumber } from '../schema/number.ts';
import { GATEWAY_GROUP, group, kind, namespaceName, objectName, sectionName } from './name.ts';

/** The Gateway (or Service, in a mesh) that a route wants to be attached to. */
export const parentReferenceSchema = z.object({
  group: group.default(GATEWAY_GROUP),
  kind: kind.default('Gateway'),
  name: objectName,
  namespace: namespaceName.optional(),
  sectionName: sectionName.optional(),
  port: portNumber.optional(),
});

export type ParentReference = z.output<typeof parentReferenceSchema>;

export const parentReferencesSchema = list(parentReferenceSchema, { max: 32 });
