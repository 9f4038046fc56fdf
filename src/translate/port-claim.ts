import { isIPv6 } from 'node:net';

type Claim = { readonly gateway: string; readonly addresses: readonly string[] };

/** Who has which port on which address, where all Gateways are served by one process. First come, first served. */
export class PortClaims {
  readonly #claims = new Map<string, Claim[]>();

  /** The other Gateway that has the port on one of the addresses, or null: then it is this Gateway's. */
  claim(gateway: string, addresses: readonly string[], port: number, transport: 'TCP' | 'UDP'): string | null {
    const key = `${transport} ${port}`;
    const claims = this.#claims.get(key) ?? [];
    for (const claim of claims) {
      if (claim.gateway !== gateway && overlap(claim.addresses, addresses)) return claim.gateway;
    }
    this.#claims.set(key, [...claims, { gateway, addresses }]);
    return null;
  }
}

/** No addresses at all is the address of the process, whichever that is. */
function overlap(a: readonly string[], b: readonly string[]): boolean {
  if (a.length === 0 || b.length === 0) return a.length === b.length;
  return a.some((one) => b.some((other) => one === other || any(one, other) || any(other, one)));
}

/** The unspecified IPv6 address takes IPv4 connections too. */
function any(wide: string, narrow: string): boolean {
  return wide === '::' || (wide === '0.0.0.0' && !isIPv6(narrow));
}
