import type { Certificate, EndpointSet, Listener, RoutingTable } from '../../ir/table.ts';
import { sameEntry } from '../../snapshot/diff.ts';

/**
 * What the proxies of a pinned Gateway serve: the pinned table, with the endpoints as they are now, and with certificates that
 * were renewed since.
 *
 * Endpoints: a pod that is gone would lose requests, and no rollback is meant to bring it back. Certificates: one that was
 * renewed, or replaced because its key leaked, must not come back either; so a listener has the certificates that it has
 * now, if they are for all the names that its pinned ones are for. If not, the change of certificates is part of what is
 * undone.
 *
 * @param live the table as the cluster's objects say.
 * @param endpointsOf the endpoints of a backend now.
 * @param before the last result for this pin: what did not change stays the same object.
 */
export function pinnedTable(
  pin: RoutingTable,
  live: RoutingTable,
  endpointsOf: (backend: string) => EndpointSet,
  before: RoutingTable | null,
): RoutingTable {
  const listeners = mapped(pin.listeners, (key, listener) => renewed(listener, pin, live.listeners[key], live));
  const endpoints = mapped(pin.backends, endpointsOf);
  const certificates = certificatesOf(listeners, pin, live);
  // A secret that was replaced must not come back.
  const secrets = mapped(pin.secrets, (key, secret) => live.secrets[key] ?? secret);
  return Object.freeze({
    ...pin,
    listeners: keep(listeners, before?.listeners),
    endpoints: keep(endpoints, before?.endpoints),
    certificates: keep(certificates, before?.certificates),
    secrets: keep(secrets, before?.secrets),
  });
}

function renewed(pinned: Listener, pin: RoutingTable, now: Listener | undefined, live: RoutingTable): Listener {
  if (pinned.tls === null || now === undefined || now.tls === null || pinned.tls.mode !== now.tls.mode) return pinned;
  const wanted = namesOf(pinned.tls.certificates, pin);
  const have = namesOf(now.tls.certificates, live);
  if (wanted.size === 0 || ![...wanted].every((name) => have.has(name))) return pinned;
  return { ...pinned, tls: { ...pinned.tls, certificates: now.tls.certificates } };
}

function namesOf(keys: readonly string[], { certificates }: RoutingTable): Set<string> {
  return new Set(keys.flatMap((key) => certificates[key]?.names ?? []));
}

/** Those that the listeners use now, and those that are shown to pinned backends. */
function certificatesOf(
  listeners: RoutingTable['listeners'],
  pin: RoutingTable,
  live: RoutingTable,
): RoutingTable['certificates'] {
  const found: Record<string, Certificate> = {};
  for (const { tls } of Object.values(listeners)) {
    for (const key of tls?.certificates ?? []) found[key] = (live.certificates[key] ?? pin.certificates[key])!;
  }
  for (const { tls } of Object.values(pin.backends)) {
    const key = tls?.clientCertificate ?? null;
    if (key !== null) found[key] = pin.certificates[key]!;
  }
  return found;
}

function mapped<T extends object, U extends object>(
  entries: Readonly<Record<string, T>>,
  make: (key: string, entry: T) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, make(key, entry)]));
}

/** `next` with the objects of `before` where the content is the same; `before` itself when all of it is. */
function keep<T extends object>(
  next: Readonly<Record<string, T>>,
  before: Readonly<Record<string, T>> = {},
): Readonly<Record<string, T>> {
  let same = Object.keys(next).length === Object.keys(before).length;
  const kept = mapped(next, (key, entry) => {
    const old = Object.hasOwn(before, key) ? before[key]! : null;
    if (old !== null && sameEntry(old, entry)) return old;
    same = false;
    return entry;
  });
  return same ? before : Object.freeze(kept);
}
