import { z } from 'zod';
import { textMap } from '../schema/map.ts';
import { dnsLabel, dnsSubdomain, LABEL_VALUE, qualifiedName, qualifiedNameProblem } from './name.ts';

/** Bytes of all keys and values together. */
const MAX_ANNOTATIONS = 256 * 1024;

const labels = textMap({ key: qualifiedNameProblem, value: LABEL_VALUE });

const annotations = textMap({ key: (key) => qualifiedNameProblem(key.toLowerCase()) }).superRefine((map, context) => {
  const size = Object.entries(map).reduce((sum, [key, value]) => sum + Buffer.byteLength(key + value), 0);
  if (size <= MAX_ANNOTATIONS) return;
  context.addIssue({ code: 'custom', message: `must have at most ${MAX_ANNOTATIONS} bytes in all, has ${size}` });
});

const timestamp = z.string().refine((value) => RFC3339.test(value) && !Number.isNaN(Date.parse(value)), {
  error: 'must be a time such as "2026-11-21T08:00:00Z"',
});
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)$/;

const filled = z.string().min(1, { error: 'must not be empty' });

const ownerVersion = z.string().regex(/^(?:[^/]*\/)?[^/]+$/, { error: 'must be a version, or a group and a version' });

const ownerReferences = z
  .array(
    z.object({ apiVersion: ownerVersion, kind: filled, name: filled, uid: filled, controller: z.boolean().optional() }),
  )
  .refine((owners) => distinct(owners.filter(({ controller }) => controller === true)) <= 1, {
    error: 'must have at most one item whose controller is true',
  });

/** How many items there are; an API server drops an owner that is there twice. */
function distinct(items: readonly unknown[]): number {
  return new Set(items.map((item) => JSON.stringify(item))).size;
}

const finalizers = z
  .array(qualifiedName)
  .refine((names) => !(names.includes('orphan') && names.includes('foregroundDeletion')), {
    error: 'must not have both orphan and foregroundDeletion',
  });

const common = {
  labels: labels.optional(),
  annotations: annotations.optional(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  generation: z.int().optional(),
  creationTimestamp: timestamp.optional(),
  deletionTimestamp: timestamp.optional(),
  ownerReferences: ownerReferences.optional(),
  finalizers: finalizers.optional(),
};

/**
 * `metadata` of a kind that lives in a namespace, which is `default` when the document names none.
 *
 * @param name what the kind allows as a name
 */
export function namespacedMeta(name: z.ZodType<string> = dnsSubdomain) {
  return z.object({ name, namespace: dnsLabel.default('default'), ...common });
}

/** `metadata` of a cluster-scoped kind; a namespace that stands there is ignored, as an API server does. */
export function clusterMeta(name: z.ZodType<string> = dnsSubdomain) {
  return z.object({ name, ...common });
}

export type ObjectMeta = z.output<ReturnType<typeof namespacedMeta>>;
