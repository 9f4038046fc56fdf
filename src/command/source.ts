/** What the commands that read manifests share: from `-f` to objects, tables and statuses. */
import type { Resources } from '../api/resources.ts';
import { nameOf, type Place } from '../files/problem.ts';
import { DEFAULT_OPTIONS, type TranslateOptions, type Translation, translate } from '../translate/index.ts';

/** Gateways without addresses of their own listen on `address`, and all of them share this machine's ports. */
export function standaloneOptions(address: string): TranslateOptions {
  return { ...DEFAULT_OPTIONS, defaultAddresses: [address], sharedAddress: true };
}

export function translateStandalone(resources: Resources, address: string): Translation {
  return translate(resources, standaloneOptions(address));
}

/** An object that nobody serves and that has no status to say so. */
export type Unserved = {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly message: string;
};

/**
 * Gateways, ListenerSets, routes and policies that lead nowhere: in a cluster they would wait for a controller, here nobody else can come.
 * Those of another controller's class are left out.
 */
export function unserved(resources: Resources, translation: Translation): Unserved[] {
  const known = new Set(translation.statuses.map(({ kind, namespace, name }) => nameOf({ kind, namespace, name })));
  const classes = new Set(resources.gatewayClasses.map(({ metadata }) => metadata.name));
  const gateways = new Set(resources.gateways.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  const there = new Set([
    ...[...gateways].map((key) => `Gateway ${key}`),
    ...resources.listenerSets.map(({ metadata }) => `ListenerSet ${metadata.namespace}/${metadata.name}`),
  ]);
  const found: Unserved[] = [];
  for (const { kind, metadata, spec } of resources.gateways) {
    const { namespace, name } = metadata;
    if (known.has(nameOf({ kind, namespace, name })) || classes.has(spec.gatewayClassName)) continue;
    found.push({ kind, namespace, name, message: `there is no GatewayClass ${JSON.stringify(spec.gatewayClassName)}` });
  }
  for (const { kind, metadata, spec } of resources.listenerSets) {
    const { namespace, name } = metadata;
    if (known.has(nameOf({ kind, namespace, name }))) continue;
    const parent = `${spec.parentRef.namespace ?? namespace}/${spec.parentRef.name}`;
    if (spec.parentRef.kind === 'Gateway' && gateways.has(parent)) continue;
    const what = spec.parentRef.kind === 'Gateway' ? `there is no Gateway ${parent}` : 'its parentRef is no Gateway';
    found.push({ kind, namespace, name, message: what });
  }
  for (const { kind, metadata, spec } of ROUTE_COLLECTIONS.flatMap((name) => [...resources[name]] as Route[])) {
    const { namespace, name } = metadata;
    if (known.has(nameOf({ kind, namespace, name }))) continue;
    const parents = (spec.parentRefs ?? []).filter((ref) => ref.kind === 'Gateway' || ref.kind === 'ListenerSet');
    const missing = parents
      .map((ref) => `${ref.kind} ${ref.namespace ?? namespace}/${ref.name}`)
      .filter((ref) => !there.has(ref));
    if (parents.length > 0 && missing.length === 0) continue;
    const message =
      parents.length === 0
        ? 'none of its parentRefs is a Gateway or ListenerSet'
        : `there is no ${missing.join(' and no ')}`;
    found.push({ kind, namespace, name, message });
  }
  for (const { kind, metadata } of resources.backendTLSPolicies) {
    const { namespace, name } = metadata;
    if (known.has(nameOf({ kind, namespace, name }))) continue;
    found.push({ kind, namespace, name, message: 'no route of a Gateway leads to any of its targets' });
  }
  return found;
}

const ROUTE_COLLECTIONS = ['httpRoutes', 'grpcRoutes', 'tlsRoutes', 'tcpRoutes', 'udpRoutes'] as const;
type Route = Resources[(typeof ROUTE_COLLECTIONS)[number]][number];

/** `file:line` of an object, or `''` when it was not read from a file. */
export function placeText(
  places: ReadonlyMap<string, Place>,
  object: { kind: string; namespace: string; name: string },
): string {
  const place = places.get(nameOf(object));
  return place === undefined ? '' : `${place.file}:${place.line}`;
}
