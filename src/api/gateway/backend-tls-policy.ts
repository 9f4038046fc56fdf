import { z } from 'zod';
import { namespacedMeta } from '../core/object-meta.ts';
import type { Closing } from '../policy/closing.ts';
import { list } from '../schema/list.ts';
import { textMap } from '../schema/map.ts';
import { oneMember } from '../schema/member.ts';
import { text } from '../schema/text.ts';
import { conditionsSchema, lenientStatus } from './condition.ts';
import { hostname, preciseHostname } from './hostname.ts';
import { group, kind, objectName, sectionName } from './name.ts';
import { localObjectReferenceSchema } from './object-reference.ts';
import { parentReferenceSchema } from './parent-reference.ts';

const targetRefSchema = z.object({ group, kind, name: objectName, sectionName: sectionName.optional() });

export type PolicyTargetReference = z.output<typeof targetRefSchema>;

const targetRefsSchema = list(targetRefSchema, { min: 1, max: 16 }).superRefine((refs, context) => {
  refs.forEach((ref, index) => {
    const earlier = refs
      .slice(0, index)
      .findIndex((other) => other.group === ref.group && other.kind === ref.kind && other.name === ref.name);
    if (earlier < 0) return;
    const other = refs[earlier]!;
    const wrong = (message: string) =>
      context.addIssue({
        code: 'custom',
        path: [index],
        message: `refers to the same target as item ${earlier}: ${message}`,
      });
    if ((ref.sectionName === undefined) !== (other.sectionName === undefined)) {
      wrong('both or neither must have a sectionName');
    } else if (refs.slice(0, index).some((one) => sameTarget(one, ref))) {
      wrong('they must differ in sectionName');
    }
  });
});

function sameTarget(a: PolicyTargetReference, b: PolicyTargetReference): boolean {
  return a.group === b.group && a.kind === b.kind && a.name === b.name && a.sectionName === b.sectionName;
}

const subjectAltNameSchema = z
  .object({
    type: z.enum(['Hostname', 'URI']),
    hostname: hostname.optional(),
    uri: text({
      min: 1,
      max: 253,
      pattern: /^[^:/?#]+:\/\//,
      what: 'an absolute URI, such as "spiffe://shop.example/cart"',
    }).optional(),
  })
  .superRefine(oneMember('type', { Hostname: 'hostname', URI: 'uri' }));

const validationSchema = z
  .object({
    caCertificateRefs: list(localObjectReferenceSchema, { min: 1, max: 8 }).optional(),
    wellKnownCACertificates: text({
      min: 1,
      max: 253,
      pattern:
        /^(?:System|[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\/(?:[A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])$/,
      what: 'System, or a domain and a name such as "example.com/authorities"',
    }).optional(),
    hostname: preciseHostname,
    subjectAltNames: list(subjectAltNameSchema, { max: 5 }).optional(),
  })
  .refine(
    ({ caCertificateRefs, wellKnownCACertificates }) =>
      (caCertificateRefs === undefined) !== (wellKnownCACertificates === undefined),
    { error: 'must have exactly one of caCertificateRefs and wellKnownCACertificates' },
  );

/** How connections to the backends of a Service are secured (GEP-1897). */
export const backendTLSPolicySchema = z.object({
  apiVersion: z.enum(['gateway.networking.k8s.io/v1', 'gateway.networking.k8s.io/v1alpha3']),
  kind: z.literal('BackendTLSPolicy'),
  metadata: namespacedMeta(),
  spec: z.object({
    targetRefs: targetRefsSchema,
    validation: validationSchema,
    options: textMap({ max: 16, value: { max: 4096 } }).optional(),
  }),
  status: lenientStatus(
    z.object({
      ancestors: z
        .array(
          z.object({ ancestorRef: parentReferenceSchema, controllerName: z.string(), conditions: conditionsSchema }),
        )
        .default([]),
    }),
  ),
});

export type BackendTLSPolicy = z.output<typeof backendTLSPolicySchema> & Closing;
