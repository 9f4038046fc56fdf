/** Lists of addresses that get in, or do not. */
import { parseIPRange } from '../../../ir/policy/ip-range.ts';
import { type ClosableRoute, closeRoute, UNTIL_TAKEN_AWAY } from './closed.ts';
import type { Node } from './node.ts';
import type { PolicyDrafts } from './policies.ts';

export type AddressLists = { readonly allow: readonly Node[]; readonly deny: readonly Node[] };

type Route = ClosableRoute & { readonly policies: PolicyDrafts };

/**
 * Adds the lists to the route's AccessPolicy. An address that cannot be read is left out of `allow`, which lets in fewer; one of `deny`,
 * or the last one of `allow`, closes the route.
 */
export function restrictAddresses({ allow, deny }: AddressLists, route: Route, more: object = {}): void {
  const [allowed, denied] = [allow.flatMap(readable), deny.flatMap(readable)];
  if (denied.length < deny.length || (allow.length > 0 && allowed.length === 0)) {
    closeRoute(route);
    for (const node of [...allow, ...deny]) if (readable(node).length === 0) node.unsupported(UNTIL_TAKEN_AWAY);
  }
  if (allowed.length + denied.length === 0) return;
  route.policies.access.ip = {
    ...(allowed.length === 0 ? {} : { allow: allowed }),
    ...(denied.length === 0 ? {} : { deny: denied }),
    ...more,
  };
}

/** The address as an AccessPolicy has it: none when it cannot be read. */
function readable(node: Node): string[] {
  const text = withoutWildcards(node.text.trim());
  const parsed = parseIPRange(text);
  if (parsed.ok) return [text];
  node.unsupported(`${parsed.fault}, a range or a network`);
  return [];
}

/** `10.1.*.*` is a network. */
function withoutWildcards(text: string): string {
  const match = /^((?:\d{1,3}\.){1,3})\*(?:\.\*)*$/.exec(text);
  if (match === null || text.split('.').length !== 4) return text;
  const fixed = match[1]!.split('.').length - 1;
  return `${match[1]}${Array(4 - fixed)
    .fill('0')
    .join('.')}/${fixed * 8}`;
}
