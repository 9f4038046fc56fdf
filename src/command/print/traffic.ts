/** What a BackendTrafficPolicy, or the sessions of a rule, make of a request, in words. */
import type { CircuitBreaker, LoadBalancer, SessionPersistence, Traffic } from '../../ir/traffic.ts';

/** Without the key of sessions: whoever has it can make tokens. */
export type ShownSessions = Omit<SessionPersistence, 'key'>;
export type ShownTraffic = Omit<Traffic, 'sessionPersistence'> & { readonly sessionPersistence: ShownSessions | null };

export function shownSessions({ key: _, ...shown }: SessionPersistence): ShownSessions {
  return shown;
}

export function shownTraffic(traffic: Traffic): ShownTraffic {
  const { sessionPersistence } = traffic;
  return { ...traffic, sessionPersistence: sessionPersistence === null ? null : shownSessions(sessionPersistence) };
}

/** One phrase for each of its parts. `hasSessions`: the rule has sessions of its own, and these go before the policy's. */
export function trafficText(traffic: ShownTraffic, hasSessions: boolean): string {
  const { activeHealthCheck: active, circuitBreaker, connections, passiveHealthCheck: passive } = traffic;
  const { retryConstraint: budget, sessionPersistence } = traffic;
  const parts = [balancerText(traffic.loadBalancer)];
  if (sessionPersistence !== null) {
    const text = sessionsText(sessionPersistence);
    parts.push(hasSessions ? `${text} (the rule's go before them)` : text);
  }
  if (circuitBreaker !== null) parts.push(breakerText(circuitBreaker));
  if (budget !== null) {
    parts.push(
      `retries up to ${budget.percent}% in ${time(budget.interval)}, at least ${budget.minCount} in ${time(budget.minInterval)}`,
    );
  }
  if (passive !== null) {
    const counts = [
      ...(passive.consecutiveConnectErrors > 0 ? [`${passive.consecutiveConnectErrors} failed connections`] : []),
      ...(passive.consecutiveServerErrors > 0 ? [`${passive.consecutiveServerErrors} failures`] : []),
    ];
    parts.push(`endpoints left out for ${time(passive.ejectionDuration)} after ${counts.join(' or ')} in a row`);
  }
  if (active !== null) parts.push(`endpoints asked for ${active.path} every ${time(active.interval)}`);
  const bounds = [
    ...(connections.maxPerEndpoint === null ? [] : [`${connections.maxPerEndpoint} connections to an endpoint`]),
    ...(connections.maxPendingRequests === null ? [] : [`${connections.maxPendingRequests} requests waiting`]),
    ...(connections.connectTimeout === null ? [] : [`${time(connections.connectTimeout)} to connect`]),
  ];
  if (bounds.length > 0) parts.push(`at most ${bounds.join(', ')}`);
  return parts.join('; ');
}

export function sessionsText({ absoluteTimeout, idleTimeout, kind, name }: ShownSessions): string {
  const ends = [
    ...(idleTimeout > 0 ? [`${time(idleTimeout)} after the last request`] : []),
    ...(absoluteTimeout > 0 ? [`${time(absoluteTimeout)} after the first`] : []),
  ];
  return `sessions by ${kind} ${name}${ends.length === 0 ? '' : `, over ${ends.join(' or ')}`}`;
}

function balancerText({ hash, type, weights }: LoadBalancer): string {
  const key =
    hash === null ? '' : hash.kind === 'sourceIP' ? ' of the client address' : ` of ${hash.kind} ${hash.name}`;
  const shares = weights.map(({ cidr, weight }) => `${cidr} ${weight}`).join(', ');
  return `${type}${key}${shares === '' ? '' : ` with weights ${shares}`}`;
}

function breakerText({ consecutiveFailures, failureRatio, openDuration, scope }: CircuitBreaker): string {
  const opens =
    failureRatio === null
      ? `${consecutiveFailures} failures in a row`
      : `${failureRatio.percent}% failures of at least ${failureRatio.minimumRequests} requests in ${time(failureRatio.interval)}`;
  return `circuit of each ${scope.toLowerCase()} open for ${time(openDuration)} after ${opens}`;
}

/** Milliseconds, in the largest unit that fits. */
function time(milliseconds: number): string {
  for (const [unit, size] of [
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ] as const) {
    if (milliseconds > 0 && milliseconds % size === 0) return `${milliseconds / size}${unit}`;
  }
  return `${milliseconds}ms`;
}
