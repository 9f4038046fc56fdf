/** Which addresses a Gateway has, and which of those that it asks for it gets (GEP-5093). */
import { isIP } from 'node:net';
import { type AddressRequest, addressRequests, CLUSTER, isByDefault } from '../api/gateway/address-request.ts';
import type { Gateway } from '../api/gateway/gateway.ts';

export type GatewayAddress = {
  readonly type: 'IPAddress' | 'Hostname';
  readonly value: string;
  readonly routability: string;
};

/** What a Gateway can be reached at. */
export type KnownAddresses = {
  /** As its class has it: those of a load balancer, a Service or this machine. */
  readonly byDefault: readonly string[];
  /** Those of Services inside of the cluster. One may be among `byDefault`, too. */
  readonly ofCluster: readonly string[];
};

export type Assignment = {
  /** One for each request that is met, in their order; without requests all by default. */
  readonly addresses: readonly GatewayAddress[];
  /** What is said of requests that are not met. */
  readonly unmet: readonly string[];
  /** The values that were asked for by themselves, of whatever reach, and cannot be had. */
  readonly unusable: readonly string[];
};

/** Each address meets one request. Requests that ask for more come first, whatever their place. */
export function assignAddresses(gateway: Gateway, known: KnownAddresses): Assignment {
  const requests = addressRequests(gateway);
  if (requests.length === 0) {
    const addresses = known.byDefault.map((value) => addressOf(value, reachOf(value, known)));
    return { addresses, unmet: [], unusable: [] };
  }
  const taken = new Set<string>();
  const met = new Map<AddressRequest, GatewayAddress>();
  for (const request of [...requests].sort(byDemand)) {
    const value = candidates(request, known).find((each) => !taken.has(each));
    if (value === undefined) continue;
    taken.add(value);
    met.set(request, addressOf(value, request.routability || reachOf(value, known)));
  }
  const unmet = requests.filter((request) => !met.has(request));
  return {
    addresses: requests.flatMap((request) => met.get(request) ?? []),
    unmet: unmet.map((request) => `addresses[${request.index}]: ${why(request)}`),
    unusable: unmet
      .filter((request) => request.value !== '' && isByDefault(request.routability))
      .map(({ value }) => value),
  };
}

/** What could meet a request; the first that nobody else has does. */
function candidates(
  { value, routability }: AddressRequest,
  { byDefault, ofCluster }: KnownAddresses,
): readonly string[] {
  const all = isByDefault(routability)
    ? byDefault
    : routability === CLUSTER
      ? [...ofCluster.filter((address) => !byDefault.includes(address)), ...ofCluster]
      : [];
  return all.filter((address) => isIP(address) !== 0 && (value === '' || address === value));
}

function byDemand(a: AddressRequest, b: AddressRequest): number {
  return demand(b) - demand(a) || a.index - b.index;
}

function demand({ value, routability }: AddressRequest): number {
  return (value === '' ? 0 : 2) + (routability === '' ? 0 : 1);
}

function reachOf(value: string, { ofCluster }: KnownAddresses): string {
  return ofCluster.includes(value) ? CLUSTER : '';
}

function addressOf(value: string, routability: string): GatewayAddress {
  return { type: isIP(value) === 0 ? 'Hostname' : 'IPAddress', value, routability };
}

function why({ value, routability }: AddressRequest): string {
  if (routability !== CLUSTER && !isByDefault(routability)) return `routability ${routability} is not known`;
  if (value === '')
    return routability === '' ? 'there is no address for it' : `there is no address of reach ${routability}`;
  return routability === CLUSTER
    ? `${value} is not the address of a Service of the Gateway`
    : `${value} cannot be used`;
}
