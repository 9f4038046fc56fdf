import type { AccessLog } from '../../observe/access-log.ts';
import { X_FORWARDED_FOR } from '../http1/known-field.ts';
import type { Exchange } from './exchange.ts';

/** Of an exchange whose client went away before it got a status. */
const GONE = 499;

/** Writes the access log's line for an exchange that ends now. */
export function logExchange(exchange: Exchange, log: AccessLog, status: number, reason: string, now: number): void {
  const { attempts, client, request, route, runtime } = exchange;
  const { head } = client;
  const { forwarding } = request;
  // A head that was refused is not to be quoted.
  const isKnown = head.length > 0;
  const entry = runtime.accessEntry;
  entry.time = performance.timeOrigin + exchange.startedAt;
  entry.requestId = isKnown ? forwarding.requestId : '';
  entry.traceId = isKnown ? forwarding.traceparent.slice(3, 35) : '';
  const forwardedFor = isKnown && head.fields.has(X_FORWARDED_FOR) ? head.header('x-forwarded-for') : null;
  entry.client = runtime.trusted.clientOf(client.peer, forwardedFor);
  entry.method = isKnown ? head.method : '';
  entry.host = isKnown ? head.host : '';
  entry.path = isKnown ? head.path + head.query : '';
  entry.protocol = isKnown ? client.protocol : '';
  // Nobody got it: the word that proxies have for that.
  entry.status = status === 0 ? GONE : status;
  entry.reason = reason;
  const limited = exchange.guard.visit?.limited ?? null;
  entry.limit = limited === null ? '' : limited.limit;
  entry.limitedClient = limited === null ? '' : limited.client;
  entry.rule = route.rule === null ? '' : route.rule.key;
  entry.backend = attempts.backend === null ? '' : attempts.backend.key;
  entry.endpoint = attempts.pool === null ? '' : attempts.pool.name;
  entry.attempts = attempts.count;
  entry.bytesIn = client.body.received;
  entry.bytesOut = exchange.response.bytes;
  entry.duration = now - exchange.startedAt;
  entry.backendDuration = exchange.response.startedAt === 0 ? -1 : exchange.response.startedAt - exchange.startedAt;
  entry.userAgent = (isKnown ? head.header('user-agent') : null) ?? '';
  log.log(entry);
}
