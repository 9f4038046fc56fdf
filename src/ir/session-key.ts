import type { SessionPersistence } from './traffic.ts';

type WithSessions = { readonly sessionPersistence?: SessionPersistence | null };

/** A rule or backend as it may be shown: whoever has the key of its sessions can make tokens. */
export function withoutSessionKeys<E extends WithSessions & { readonly traffic?: WithSessions }>(entry: E): E {
  const { traffic } = entry;
  const shown = withoutKey(entry);
  return traffic === undefined || withoutKey(traffic) === traffic ? shown : { ...shown, traffic: withoutKey(traffic) };
}

function withoutKey<E extends WithSessions>(entry: E): E {
  const { sessionPersistence } = entry;
  if (sessionPersistence == null) return entry;
  return { ...entry, sessionPersistence: { ...sessionPersistence, key: '[redacted]' } };
}
