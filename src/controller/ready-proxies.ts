import { childName } from '../infra/name.ts';
import type { World } from './world.ts';

/**
 * The names of a Gateway's proxy pods that clients can reach now: the ready endpoints of its Service. A proxy that is not
 * ready gets no traffic, so what it has acknowledged says nothing about what clients see.
 */
export function readyProxies(world: World, gateway: string): Set<string> {
  const [namespace, name] = gateway.split('/') as [string, string];
  const service = childName(name);
  const ready = new Set<string>();
  for (const { metadata, resource } of world.all('EndpointSlice')) {
    if (metadata.namespace !== namespace || resource.kind !== 'EndpointSlice') continue;
    if (resource.metadata.labels?.['kubernetes.io/service-name'] !== service) continue;
    for (const { conditions, targetRef } of resource.endpoints) {
      if (conditions?.ready !== false && targetRef?.kind === 'Pod' && targetRef.name !== undefined)
        ready.add(targetRef.name);
    }
  }
  return ready;
}
