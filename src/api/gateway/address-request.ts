/** What `spec.addresses` of a Gateway asks for (GEP-5093). Its type is IPAddress: a Gateway with another one is not accepted. */
import { isLooseIP } from '../core/ip-address.ts';
import type { Gateway } from './gateway.ts';

export type AddressRequest = {
  /** Place in the list. */
  readonly index: number;
  /** `''`: any. */
  readonly value: string;
  /** `''`: what the class gives. */
  readonly routability: string;
};

/** The reach of a Service's address inside of its cluster. */
export const CLUSTER = 'Cluster';
/** Promises nothing, and is reported as it was asked for: by it a conformance test sees that a Gateway says what it promises. */
const SENTINEL = 'testing.x-k8s.io/sentinel';

/** Whether the addresses that the class gives have this reach. */
export function isByDefault(routability: string): boolean {
  return routability === '' || routability === SENTINEL;
}

export function addressRequests({ spec }: Gateway): AddressRequest[] {
  return (spec.addresses ?? []).map(({ value = '', routability = '' }, index) => ({ index, value, routability }));
}

/** The values that a Gateway asks for by themselves, of those that the class could give. */
export function requestedValues(gateway: Gateway): string[] {
  return addressRequests(gateway).flatMap(({ value, routability }) => {
    return isByDefault(routability) && isLooseIP(value) ? [value] : [];
  });
}

/** Whether a Gateway asks for other addresses only than those that the class gives: then it must not be reached at those. */
export function isReachedOtherwise(gateway: Gateway): boolean {
  const requests = addressRequests(gateway);
  return requests.length > 0 && !requests.some(({ routability }) => isByDefault(routability));
}

/** The addresses inside of the cluster that a Gateway asks for: their values, `''` for any. */
export function clusterRequests(gateway: Gateway): string[] {
  return addressRequests(gateway).flatMap(({ value, routability }) => (routability === CLUSTER ? [value] : []));
}
