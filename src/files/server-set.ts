/** What an API server would add to objects: metadata that manifests lack, and Namespaces that nobody wrote down. */
import { createHash } from 'node:crypto';
import { type Namespace, namespaceSchema } from '../api/core/namespace.ts';
import type { Resource } from '../api/resources.ts';

/**
 * The creationTimestamp of objects that have none. All of them are equally old, as after one `kubectl apply -f DIR`, so
 * that the next tie-break of the Gateway API decides (namespace and name) and neither file names nor edits do.
 */
const CREATED = '1970-01-01T00:00:00Z';

const NAMESPACE_LABEL = 'kubernetes.io/metadata.name';

/**
 * The object as it would come back from an API server. `previous` is what this returned for the object before: it is
 * returned again when nothing changed, and its generation counts on when something beside metadata did.
 */
export function stamp(resource: Resource, previous: Resource | null): Resource {
  const stamped = withMetadata(resource, resource.metadata.generation ?? 1);
  if (previous === null) return stamped;
  const generation = previous.metadata.generation ?? 1;
  if (specOf(previous) !== specOf(stamped)) {
    return withMetadata(resource, Math.max(generation + 1, resource.metadata.generation ?? 1));
  }
  const unchanged = withMetadata(resource, Math.max(generation, resource.metadata.generation ?? 1));
  return canonical(unchanged) === canonical(previous) ? previous : unchanged;
}

function withMetadata(resource: Resource, generation: number): Resource {
  const { metadata } = resource;
  const labels =
    resource.kind === 'Namespace' ? { ...metadata.labels, [NAMESPACE_LABEL]: metadata.name } : metadata.labels;
  return {
    ...resource,
    metadata: {
      ...metadata,
      ...(labels === undefined ? {} : { labels }),
      uid: metadata.uid ?? uidOf(resource),
      generation,
      creationTimestamp: metadata.creationTimestamp ?? CREATED,
    },
  } as Resource;
}

/** The Namespace that exists because something is in it. */
export function implicitNamespace(name: string): Namespace {
  const metadata = { name, labels: { [NAMESPACE_LABEL]: name } };
  return stamp(namespaceSchema.parse({ apiVersion: 'v1', kind: 'Namespace', metadata }), null) as Namespace;
}

export function namespaceOf(resource: Resource): string {
  return 'namespace' in resource.metadata ? resource.metadata.namespace : '';
}

/** The same for the same object in every run. */
function uidOf(resource: Resource): string {
  const name = `${resource.kind}/${namespaceOf(resource)}/${resource.metadata.name}`;
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function specOf(resource: Resource): string {
  const { metadata: _, ...rest } = resource;
  return canonical(rest);
}

/** JSON that does not depend on the order in which keys were written. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
