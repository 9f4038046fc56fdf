/** What the routes of connections and datagrams (TLSRoute, TCPRoute, UDPRoute) have in common. */
import { z } from 'zod';
import { list } from '../schema/list.ts';
import { backendObjectReferenceFields, portFitsKind, weight } from './backend-reference.ts';
import { sectionName } from './name.ts';
import { parentReferencesSchema } from './parent-reference.ts';
import { uniqueRuleNames } from './route-rules.ts';

const backendRefSchema = z.object({ ...backendObjectReferenceFields, weight }).superRefine(portFitsKind);

const streamRouteRuleSchema = z.object({
  name: sectionName.optional(),
  backendRefs: list(backendRefSchema, { min: 1, max: 16 }),
});

export type StreamRouteRule = z.output<typeof streamRouteRuleSchema>;
export type StreamBackendRef = z.output<typeof backendRefSchema>;

export const streamRouteSpecFields = {
  parentRefs: parentReferencesSchema.optional(),
  useDefaultGateways: z.enum(['All', 'None']).optional(),
  rules: list(streamRouteRuleSchema, { min: 1, max: 16 }).superRefine(uniqueRuleNames),
};

type Versioned = { readonly apiVersion: string; readonly spec: { readonly rules: readonly StreamRouteRule[] } };

/** A refinement: only version v1alpha2 of these kinds has more than one rule. */
export function oneRule({ apiVersion, spec: { rules } }: Versioned, context: z.RefinementCtx): void {
  if (apiVersion.endsWith('/v1alpha2') || rules.length <= 1) return;
  const message = `must have only one item in version ${apiVersion}, has ${rules.length}`;
  context.addIssue({ code: 'custom', path: ['spec', 'rules'], message });
}
