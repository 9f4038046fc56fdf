import type { Policy } from '../../ir/policy/policy.ts';
import type { PolicyBook } from '../policy/book.ts';

/** A listener as policies name it: the Gateway (`namespace/name`), and the listener's name; `''` for one of a ListenerSet. */
export type GuardedListener = { readonly gateway: string; readonly section: string };

/**
 * Whether it is known of every client whose request gets to a rule who it is: an AccessPolicy with an authentication holds
 * for the rule wherever it is served, or one that is invalid, which lets nobody pass.
 */
export function knowsClients(
  route: { readonly kind: string; readonly key: string },
  rule: string,
  listeners: readonly GuardedListener[],
  policies: PolicyBook,
): boolean {
  const own = accessOf(policies.entriesAt(route.kind, route.key, rule));
  return listeners.every(({ gateway, section }) => {
    const outer = accessOf(policies.entriesAt('Gateway', gateway, section));
    const holds = outer?.overrides === true ? outer : (own ?? outer);
    return holds !== undefined && authenticates(holds);
  });
}

/** What of a listener's policies `knowsClients` depends on. */
export function identityOf({ gateway, section }: GuardedListener, policies: PolicyBook): string {
  const entry = accessOf(policies.entriesAt('Gateway', gateway, section));
  return entry === undefined ? 'none' : `${entry.overrides} ${authenticates(entry)}`;
}

function accessOf(entries: readonly Policy[]): Policy | undefined {
  return entries.find(({ kind }) => kind === 'AccessPolicy');
}

function authenticates(entry: Policy & { readonly authentication?: object | null }): boolean {
  return entry.failure !== null || (entry.authentication ?? null) !== null;
}
