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
 * Gateways and HTTPRoutes that lead nowhere: in a cluster they would wait for a controller, here nobody else can come.
 * Those of another controller's class are left out.
 */
export function unserved(resources: Resources, translation: Translation): Unserved[] {
  const known = new Set(translation.statuses.map(({ kind, namespace, name }) => nameOf({ kind, namespace, name })));
  const classes = new Set(resources.gatewayClasses.map(({ metadata }) => metadata.name));
  const gateways = new Set(resources.gateways.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  const found: Unserved[] = [];
  for (const { kind, metadata, spec } of resources.gateways) {
    const { namespace, name } = metadata;
    if (known.has(nameOf({ kind, namespace, name })) || classes.has(spec.gatewayClassName)) continue;
    found.push({ kind, namespace, name, message: `there is no GatewayClass ${JSON.stringify(spec.gatewayClassName)}` });
  }
  for (const { kind, metadata, spec } of resources.httpRoutes) {
    const { namespace, name } = metadata;
    if (known.has(nameOf({ kind, namespace, name }))) continue;
    const parents = (spec.parentRefs ?? []).filter((ref) => ref.kind === 'Gateway');
    const missing = parents
      .map((ref) => `${ref.namespace ?? namespace}/${ref.name}`)
      .filter((ref) => !gateways.has(ref));
    if (parents.length > 0 && missing.length === 0) continue;
    const message =
      parents.length === 0 ? 'none of its parentRefs is a Gateway' : `there is no Gateway ${missing.join(', ')}`;
    found.push({ kind, namespace, name, message });
  }
  return found;
}

/** `file:line` of an object, or `''` when it was not read from a file. */
export function placeText(
  places: ReadonlyMap<string, Place>,
  object: { kind: string; namespace: string; name: string },
): string {
  const place = places.get(nameOf(object));
  return place === undefined ? '' : `${place.file}:${place.line}`;
}
