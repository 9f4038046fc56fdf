import { z } from 'zod';
import { group, kind, namespaceName, objectName } from './name.ts';

/** Another object of the same namespace. */
export const localObjectReferenceSchema = z.object({ group, kind, name: objectName });

/** Another object; in the referrer's namespace when it names none. */
export const objectReferenceSchema = z.object({ group, kind, name: objectName, namespace: namespaceName.optional() });

/** A Secret, unless group and kind say otherwise. */
export const secretObjectReferenceSchema = z.object({
  group: group.default(''),
  kind: kind.default('Secret'),
  name: objectName,
  namespace: namespaceName.optional(),
});

export type LocalObjectReference = z.output<typeof localObjectReferenceSchema>;
export type ObjectReference = z.output<typeof objectReferenceSchema>;
export type SecretObjectReference = z.output<typeof secretObjectReferenceSchema>;
