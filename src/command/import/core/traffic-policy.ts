import { isDeepStrictEqual } from 'node:util';
import type { BackendRef, Manifests } from './manifests.ts';

type Fields = { [name: string]: unknown };

/**
 * Says something of a Service, for all routes that lead there.
 * @param part members of the policy's spec
 * @returns false when one of them was said otherwise before, which stays
 */
export function trafficPolicy(
  manifests: Manifests,
  { name, namespace = manifests.namespace }: Pick<BackendRef, 'name' | 'namespace'>,
  part: Readonly<Fields>,
): boolean {
  const known = manifests.find('BackendTrafficPolicy', name, namespace);
  if (known === null) {
    const targetRefs = [{ group: '', kind: 'Service', name }];
    manifests.add('BackendTrafficPolicy', name, { targetRefs, ...part }, { namespace });
    return true;
  }
  const spec = known.spec as Fields;
  if (!Object.entries(part).every(([member, value]) => fits(member, spec[member], value))) return false;
  // Of a loadBalancer endpoints have the weights, and something else the type.
  const loadBalancer = { ...(spec.loadBalancer as Fields), ...(part.loadBalancer as Fields) };
  Object.assign(spec, part, Object.keys(loadBalancer).length === 0 ? {} : { loadBalancer });
  return true;
}

function fits(member: string, known: unknown, value: unknown): boolean {
  if (known === undefined || isDeepStrictEqual(known, value)) return true;
  if (member !== 'loadBalancer') return false;
  const before = known as Fields;
  return Object.entries(value as Fields).every(([name, one]) => fits(name, before[name], one));
}
