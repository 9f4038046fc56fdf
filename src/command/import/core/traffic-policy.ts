import { isDeepStrictEqual } from 'node:util';
import type { BackendRef, Manifests } from './manifests.ts';

type Fields = { [name: string]: unknown };

/**
 * Says something of a Service, for all routes that lead there.
 * @returns false when it was said otherwise before, which stays
 */
export function trafficPolicy(
  manifests: Manifests,
  { name, namespace = manifests.namespace }: Pick<BackendRef, 'name' | 'namespace'>,
  part: Readonly<Fields>,
): boolean {
  const known = manifests.find('BackendTrafficPolicy', name, namespace);
  if (known !== null) return addTo(known.spec as Fields, structuredClone(part));
  const targetRefs = [{ group: '', kind: 'Service', name }];
  manifests.add('BackendTrafficPolicy', name, { targetRefs, ...structuredClone(part) }, { namespace });
  return true;
}

/** All of a part or, where something of it is there and another, nothing. */
function addTo(fields: Fields, part: Readonly<Fields>): boolean {
  if (!fits(fields, part)) return false;
  for (const [name, value] of Object.entries(part)) {
    const known = fields[name];
    if (isFields(known) && isFields(value)) addTo(known, value);
    else fields[name] = value;
  }
  return true;
}

function fits(fields: Readonly<Fields>, part: Readonly<Fields>): boolean {
  return Object.entries(part).every(([name, value]) => {
    const known = fields[name];
    if (isFields(known) && isFields(value)) return fits(known, value);
    return known === undefined || isDeepStrictEqual(known, value);
  });
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
