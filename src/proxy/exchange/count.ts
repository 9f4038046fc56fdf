import { logExchange } from './access.ts';
import type { Exchange } from './exchange.ts';

/** Counts and logs an exchange that ends now. */
export function countExchange(exchange: Exchange, status: number, reason: string): void {
  const { client, route, runtime } = exchange;
  const { metrics } = runtime;
  const { plan, ref, rule } = route;
  const now = performance.now();
  const seconds = (now - exchange.startedAt) / 1_000;
  metrics.count(rule, status, reason, seconds);
  if (ref !== null && plan!.only === null) metrics.countChoice(rule!, ref.backend, status, seconds);
  metrics.requestBytes += client.body.received;
  metrics.responseBytes += exchange.response.bytes;
  const log = route.accessLog(client.site, runtime);
  if (log !== null) logExchange(exchange, log, status, reason, now);
}
