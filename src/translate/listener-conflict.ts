import type { Conflict } from './condition/listener.ts';
import { intersection } from './hostname.ts';
import type { ListenerDraft } from './listener.ts';

export type ListenerConflict = { readonly reason: Conflict; readonly message: string };

/**
 * Listeners can share a port with those of their family, which are told apart by hostname, and with nobody else. A port of
 * UDP is another port than that of TCP with the same number.
 */
const FAMILY: Readonly<Record<string, string>> = { HTTPS: 'TLS' };

function familyOf({ spec }: ListenerDraft): string {
  return FAMILY[spec.protocol] ?? spec.protocol;
}

function socketOf({ spec }: ListenerDraft): string {
  return `${transportOf(spec)} ${spec.port}`;
}

/** What carries the listener's protocol. */
export function transportOf({ protocol }: { readonly protocol: string }): 'TCP' | 'UDP' {
  return protocol === 'UDP' ? 'UDP' : 'TCP';
}

/**
 * The listeners of one Gateway or ListenerSet that are not distinct. There is no winner: all of a conflict have it.
 * Listeners that are not accepted for a reason of their own conflict with nothing.
 */
export function findConflicts(drafts: readonly ListenerDraft[]): ReadonlyMap<ListenerDraft, ListenerConflict> {
  const conflicts = new Map<ListenerDraft, ListenerConflict>();
  for (const listeners of groupBy(drafts, socketOf).values()) {
    const [first] = listeners;
    const mixed = listeners.some((draft) => familyOf(draft) !== familyOf(first!));
    if (mixed) {
      const list = listeners.map(({ spec }) => `${spec.name} (${spec.protocol})`).join(', ');
      const message = `listeners of different protocols share port ${first!.spec.port}: ${list}`;
      for (const draft of listeners) conflicts.set(draft, { reason: 'ProtocolConflict', message });
      continue;
    }
    for (const [hostname, same] of groupBy(listeners, (draft) => draft.hostname)) {
      if (same.length === 1) continue;
      const what = hostname === '' ? 'no hostname' : `hostname ${hostname}`;
      const message = `listeners with ${what} share port ${first!.spec.port}: ${names(same)}`;
      for (const draft of same) conflicts.set(draft, { reason: 'HostnameConflict', message });
    }
  }
  return conflicts;
}

/**
 * What the listeners of a Gateway and its ListenerSets have taken so far: whoever comes later (ListenerSet `listeners`: the
 * Gateway, then the older ListenerSet) loses. Messages name no object that the loser's owner need not know of.
 */
export class TakenSockets {
  /** Family and hostnames by socket. */
  readonly #taken = new Map<string, { readonly families: Set<string>; readonly hostnames: Set<string> }>();

  conflictOf(draft: ListenerDraft): ListenerConflict | null {
    const taken = draft.fault === null ? this.#taken.get(socketOf(draft)) : undefined;
    if (taken === undefined) return null;
    const before = 'by the Gateway or an older ListenerSet';
    if (taken.families.size > 1 || !taken.families.has(familyOf(draft))) {
      const message = `port ${draft.spec.port} is used with another protocol ${before}`;
      return { reason: 'ProtocolConflict', message };
    }
    if (!taken.hostnames.has(draft.hostname)) return null;
    const what = draft.hostname === '' ? 'without hostname' : `with hostname ${draft.hostname}`;
    return { reason: 'HostnameConflict', message: `port ${draft.spec.port} is used ${what} ${before}` };
  }

  take(drafts: readonly ListenerDraft[]): void {
    for (const draft of drafts) {
      if (draft.fault !== null) continue;
      const taken = this.#taken.get(socketOf(draft)) ?? { families: new Set(), hostnames: new Set() };
      this.#taken.set(socketOf(draft), taken);
      taken.families.add(familyOf(draft));
      taken.hostnames.add(draft.hostname);
    }
  }
}

export type Overlap = { readonly certificates: boolean; readonly message: string };

/**
 * HTTPS listeners on one port between which a client that reuses a connection may end up in the wrong one: because their
 * hostnames overlap, or because the certificate of one is also good for a host of the other.
 */
export function findOverlaps(drafts: readonly ListenerDraft[]): ReadonlyMap<ListenerDraft, Overlap> {
  const overlaps = new Map<ListenerDraft, Overlap>();
  for (const draft of drafts) {
    if (draft.spec.protocol !== 'HTTPS') continue;
    const others = drafts.filter(
      (other) => other !== draft && other.spec.protocol === 'HTTPS' && other.spec.port === draft.spec.port,
    );
    const hosts = others.filter((other) => intersection(draft.hostname, other.hostname) !== null);
    const certificates = others.filter((other) => certificatesOverlap(draft, other));
    if (certificates.length > 0) {
      const message = `a certificate of this listener and one of ${names(certificates)} are good for the same host`;
      overlaps.set(draft, { certificates: true, message });
    } else if (hosts.length > 0) {
      const message = `the hostname of this listener overlaps with that of ${names(hosts)}`;
      overlaps.set(draft, { certificates: false, message });
    }
  }
  return overlaps;
}

function certificatesOverlap(a: ListenerDraft, b: ListenerDraft): boolean {
  const names = (draft: ListenerDraft) => draft.certificates.flatMap(({ certificate }) => certificate.names);
  const others = names(b);
  return names(a).some((name) => others.some((other) => intersection(name, other) !== null));
}

function names(drafts: readonly ListenerDraft[]): string {
  return drafts.map(({ spec }) => spec.name).join(', ');
}

function groupBy(
  drafts: readonly ListenerDraft[],
  key: (draft: ListenerDraft) => string,
): Map<string, ListenerDraft[]> {
  const groups = new Map<string, ListenerDraft[]>();
  for (const draft of drafts) {
    if (draft.fault !== null) continue;
    const group = groups.get(key(draft));
    if (group === undefined) groups.set(key(draft), [draft]);
    else group.push(draft);
  }
  return groups;
}
