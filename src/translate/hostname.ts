/**
 * Hostnames in the form of the routing table: lower case, `*.example.com` for any host below example.com (at any depth, but
 * not example.com itself), `''` for any host.
 */

/** The hosts that both stand for, or null when there are none. The result is always one of the two. */
export function intersection(a: string, b: string): string | null {
  if (a === b || b === '') return a;
  if (a === '') return b;
  if (covers(a, b)) return b;
  if (covers(b, a)) return a;
  return null;
}

/** Whether every host of `narrow` is one of `wide`, which is a wildcard and not the same name. */
function covers(wide: string, narrow: string): boolean {
  return wide.startsWith('*.') && narrow.length > wide.length - 1 && narrow.endsWith(wide.slice(1));
}
