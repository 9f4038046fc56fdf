import { isIPv4 as v4, isIPv6 as v6 } from 'node:net';

/** Whether a text is an IPv4 address in dotted form. */
export function isIPv4(value: string): boolean {
  return v4(value);
}

/** Whether a text is an IPv6 address, without brackets and zone. */
export function isIPv6(value: string): boolean {
  return v6(value) && !value.includes('%');
}

export function isIP(value: string): boolean {
  return isIPv4(value) || isIPv6(value);
}
