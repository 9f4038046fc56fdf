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

function sameParent(a: ParentReference, b: ParentReference): boolean {
  return a.group === b.group && a.kind === b.kind && a.name === b.name && a.namespace === b.namespace;
}

function clash(a: ParentReference, b: ParentReference): string | null {
  const sections = (a.sectionName === undefined) === (b.sectionName === undefined);
  const ports = (a.port === undefined) === (b.port === undefined);
  if (!sections || !ports) return 'both or neither must have a sectionName, and both or neither a port';
  if (a.sectionName === b.sectionName && a.port === b.port) return 'they must differ in sectionName or port';
  return null;
}

export const parentReferencesSchema = list(parentReferenceSchema, { max: 32 }).superRefine((refs, context) => {
  refs.forEach((ref, index) => {
    for (let earlier = 0; earlier < index; earlier++) {
      const other = refs[earlier]!;
      const problem = sameParent(ref, other) ? clash(ref, other) : null;
      if (problem !== null) {
        const message = `refers to the same parent as item ${earlier} (${ref.kind} ${ref.name}): ${problem}`;
        context.addIssue({ code: 'custom', path: [index], message });
        return;
      }
    }
  });
});
