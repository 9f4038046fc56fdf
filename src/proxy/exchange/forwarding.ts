import type { RequestHead } from '../http1/request-head.ts';

/** The node of `Forwarded` (RFC 7239 section 6): IPv6 in brackets and quotes. */
function forwardedNode(address: string): string {
  return address.includes(':') ? `"[${address}]"` : address;
}

/** One element of `Forwarded` for the hop before us. */
export function forwardedElement(peer: string, scheme: string, head: RequestHead): string {
  const host = head.authority;
  const name = host === '' ? '' : `;host=${/^[A-Za-z0-9.-]+$/.test(host) ? host : `"${host}"`}`;
  return `for=${forwardedNode(peer)}${name};proto=${scheme}`;
}
