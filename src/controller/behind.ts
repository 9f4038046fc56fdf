/** What of a Gateway's table its proxies do not serve yet as it should be, object by object. */
import { backendsOfFilters } from '../ir/filter-backends.ts';
import type { Collection, RoutingTable } from '../ir/table.ts';
import { mapsOf } from '../ir/table-maps.ts';
import { differingKeys } from '../snapshot/digest.ts';

export type Behind = {
  /** Keys of listeners that are new, changed or gone. */
  readonly listeners: ReadonlySet<string>;
  /** Routes of which a rule, or a backend of a rule, is new, changed or gone: `<kind in lower case>/<namespace>/<name>`. */
  readonly routes: ReadonlySet<string>;
  /** Keys of backends that are new, changed or gone. */
  readonly backends: ReadonlySet<string>;
  /** Keys of policies that are, or that need a secret that is. */
  readonly policies: ReadonlySet<string>;
  /** Whether any secret is. */
  readonly secrets: boolean;
};

/**
 * Endpoints do not count: pods come and go all the time, and no object of the Gateway API is less programmed for it.
 * Neither do certificates by themselves: their keys are hashes of their content, so a listener whose certificate was
 * rotated is a changed listener.
 */
export function behind(desired: RoutingTable, acknowledged: Iterable<RoutingTable>): Behind {
  const listeners = new Set<string>();
  const routes = new Set<string>();
  const late = new Set<string>();
  const policies = new Set<string>();
  let hasLateSecrets = false;
  const wanted = mapsOf(desired);
  for (const table of new Set(acknowledged)) {
    const served = mapsOf(table);
    const differing = (collection: Collection) => differingKeys(wanted[collection], served[collection]);
    for (const key of differing('listeners')) listeners.add(key);
    for (const key of differing('rules')) routes.add(routeOfRule(key));
    for (const key of differing('streams')) routes.add(routeOfRule(key));
    for (const key of differing('policies')) policies.add(key);
    // Which policy a secret is of is not looked for: secrets change seldom.
    if (differing('secrets').length > 0) {
      hasLateSecrets = true;
      for (const [key] of wanted.policies.entries()) policies.add(key);
    }
    const others = differing('backends');
    for (const key of others) late.add(key);
    // A rule that leads to a backend that is new here is itself new or changed: it had nowhere to lead to.
    const known = others.filter((key) => served.backends.has(key));
    const backends = new Set(known);
    if (backends.size === 0) continue;
    for (const key of rulesOf(desired, backends)) routes.add(routeOfRule(key));
    for (const [key, { filters = [] }] of Object.entries(desired.listeners)) {
      if (backendsOfFilters(filters).some((backend) => backends.has(backend))) listeners.add(key);
    }
  }
  return { listeners, routes, backends: late, policies, secrets: hasLateSecrets };
}

/** `httproute/shop/cart/rule/2` → `httproute/shop/cart` */
export function routeOfRule(key: string): string {
  return key.slice(0, key.lastIndexOf('/rule/'));
}

function* rulesOf({ rules, streams }: RoutingTable, backends: ReadonlySet<string>): Generator<string> {
  for (const [key, rule] of Object.entries(rules)) {
    const filters = [...rule.filters, ...rule.backends.flatMap((backend) => backend.filters)];
    const used = [...backendsOfFilters(filters), ...rule.backends.map(({ backend }) => backend)];
    if (used.some((backend) => backend !== null && backends.has(backend))) yield key;
  }
  for (const [key, stream] of Object.entries(streams)) {
    if (stream.backends.some(({ backend }) => backend !== null && backends.has(backend))) yield key;
  }
}
