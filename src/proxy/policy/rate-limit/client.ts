/** Who a request is from, as far as its counting goes. */
import { hash } from 'node:crypto';
import { isIP } from 'node:net';
import type { Exemption, Fallback, LimitKey } from '../../../ir/policy/rate-limit.ts';
import { TrustedHops } from '../../peer.ts';

/** What is asked of a request. */
export interface Asker {
  readonly head: { header(name: string): string | null };
  readonly clientAddress: string;
  /** Whether it cannot say more of itself than its address. */
  readonly isPreflight: boolean;
  /** Null: nobody has found out who it is. */
  readonly identity: { readonly consumer: string; readonly claims: Readonly<Record<string, unknown>> } | null;
}

/** The client of all requests that are counted together. */
export const EVERYBODY = '';

/** Characters of a value that are remembered as they are: a longer one is remembered by its hash. */
const LONGEST = 64;

/** Whom a request is counted for; null: it does not say, and must. */
export function clientOf(key: LimitKey, asker: Asker): string | null {
  switch (key.kind) {
    case 'source-ip':
      return network(asker.clientAddress);
    case 'target':
      return EVERYBODY;
    case 'header':
      return identified('h', asker.head.header(key.name), key.fallback, asker);
    case 'claim':
      return identified('c', claimOf(asker, key.name), key.fallback, asker);
    case 'consumer':
      return identified('u', asker.identity?.consumer ?? null, key.fallback, asker);
  }
}

/** The mark keeps what clients say of themselves apart from the addresses of those who say nothing. */
function identified(mark: string, value: string | null, fallback: Fallback, asker: Asker): string | null {
  if (value !== null && value !== '') {
    return value.length > LONGEST ? `${mark}#${hash('sha256', value, 'base64url')}` : `${mark}=${value}`;
  }
  if (fallback === 'reject' && !asker.isPreflight) return null;
  return fallback === 'target' ? EVERYBODY : network(asker.clientAddress);
}

/** An IPv4 address as it is; the first 64 bits of an IPv6 one, of which a single client has as many as it likes. */
export function network(address: string): string {
  return address.includes(':') ? prefixOf(address) : address;
}

function prefixOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const last = tail === '' ? [] : tail.split(':');
    // The last 32 bits may be written as an IPv4 address.
    const count = last.length + (last.at(-1)?.includes('.') === true ? 1 : 0);
    const zeros = 8 - groups.length - count;
    for (let index = 0; index < zeros; index++) groups.push('0');
    groups.push(...last);
  }
  return `${groups.slice(0, 4).map(withoutZeros).join(':')}::/64`;
}

function withoutZeros(group: string): string {
  return group.replace(/^0+(?=.)/, '').toLowerCase();
}

/** A claim that is a string, a number or a boolean, as text; null when there is none. */
export function claimOf(asker: Asker, name: string): string | null {
  const claims = asker.identity?.claims;
  if (claims === undefined) return null;
  const value = Object.hasOwn(claims, name) ? claims[name] : within(claims, name);
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

function within(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = claims;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** Whether a request is one that is not limited. */
export class Exemptions {
  private readonly networks: TrustedHops;
  private readonly others: readonly Exclude<Exemption, { kind: 'source-ip' }>[];

  constructor(exempt: readonly Exemption[]) {
    const cidrs = exempt.flatMap((each) => (each.kind === 'source-ip' ? each.cidrs : []));
    this.networks = new TrustedHops(cidrs, 'exempt');
    this.others = exempt.filter((each) => each.kind !== 'source-ip');
  }

  has(asker: Asker): boolean {
    if (this.networks.has(asker.clientAddress)) return true;
    for (const each of this.others) {
      if (each.kind === 'header' && asker.head.header(each.name) === each.value) return true;
      if (each.kind === 'claim' && claimOf(asker, each.name) === each.value) return true;
      if (each.kind === 'consumer' && asker.identity?.consumer === each.name) return true;
    }
    return false;
  }
}

/** Whether it takes an authenticated client to know. */
export function needsIdentity(item: LimitKey | Exemption): boolean {
  return item.kind === 'claim' || item.kind === 'consumer';
}
