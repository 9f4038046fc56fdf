import { type PolicyObject, placeOf, targetsOf } from './kind.ts';

/** Where targets of policies are served. Gateways are `namespace/name`. */
export type Reach = {
  /** Whether a Gateway is one of this controller's. */
  readonly isPlanned: (gateway: string) => boolean;
  /** Of a route by `<kind>/<namespace>/<name>`. */
  readonly routeGateways: (route: string) => Iterable<string>;
  /** Of a Service (`namespace/name`) that routes lead to. */
  readonly serviceGateways: (service: string) => Iterable<string>;
};

/** The Gateways in which a policy has a part. */
export function gatewaysOf(policy: PolicyObject, reach: Reach): Set<string> {
  const found = new Set<string>();
  for (const target of targetsOf(policy)) {
    const { kind, key } = placeOf(target);
    if (kind === 'Gateway') {
      if (reach.isPlanned(key)) found.add(key);
      continue;
    }
    const gateways = kind === 'Service' ? reach.serviceGateways(key) : reach.routeGateways(`${kind}/${key}`);
    for (const gateway of gateways) found.add(gateway);
  }
  return found;
}
