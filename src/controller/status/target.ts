import type { Kind } from '../../api/resources.ts';
import { inNamespace } from '../../infra/kinds.ts';
import type { ObjectStatus } from '../../translate/index.ts';
import { WATCHED } from '../watched.ts';
import type { World } from '../world.ts';
import type { StatusTarget } from './writer.ts';

/**
 * Where each status goes. A route or policy of which nothing is ours any more, but which still has entries of ours, gets a status
 * without any.
 */
export function* statusTargets(
  world: World,
  statuses: readonly ObjectStatus[],
  controllerName: string,
): Generator<StatusTarget> {
  const told = new Set<string>();
  for (const { kind, namespace, name, status } of statuses) {
    told.add(`${kind}/${namespace}/${name}`);
    const stored = world.get(kind, namespace, name)?.stored;
    if (stored !== undefined) yield { path: pathOf(kind, namespace, name), stored, status };
  }
  for (const [kind, field] of SHARED) {
    for (const { metadata, stored } of world.all(kind)) {
      const { namespace = '', name } = metadata;
      if (told.has(`${kind}/${namespace}/${name}`)) continue;
      const ours = stored.status?.[field]?.some((entry) => entry.controllerName === controllerName) ?? false;
      if (ours) yield { path: pathOf(kind, namespace, name), stored, status: { [field]: [] } };
    }
  }
}

/** Kinds in whose status every controller has entries of its own, and where. */
const SHARED = [
  ['HTTPRoute', 'parents'],
  ['GRPCRoute', 'parents'],
  ['TLSRoute', 'parents'],
  ['TCPRoute', 'parents'],
  ['UDPRoute', 'parents'],
  ['BackendTLSPolicy', 'ancestors'],
] as const satisfies readonly (readonly [Kind, 'parents' | 'ancestors'])[];

function pathOf(kind: Kind, namespace: string, name: string): string {
  const { path } = WATCHED.find((watched) => watched.kind === kind)!;
  return `${namespace === '' ? path : inNamespace(path, namespace)}/${name}`;
}
