import type { Runtime } from '../runtime.ts';
import type { Attempts } from './attempt.ts';
import type { StreamEnd } from './end.ts';

/** What the access log says about a stream. */
export type StreamRecord = {
  readonly protocol: 'TLS' | 'TCP' | 'UDP';
  readonly client: string;
  /** `''` when there was none. */
  readonly serverName: string;
  /** Key of the stream, `''` when none took it. */
  readonly rule: string;
  /** On the clock of `performance.now()`. */
  readonly startedAt: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly attempts: Attempts | null;
};

/** Writes the access log's line for a stream that ends now, if there is an access log. */
export function logStream(runtime: Runtime, record: StreamRecord, reason: StreamEnd): void {
  if (runtime.accessLog === null) return;
  const { attempts } = record;
  const entry = runtime.accessEntry;
  entry.time = performance.timeOrigin + record.startedAt;
  entry.requestId = '';
  entry.traceId = '';
  entry.client = record.client;
  entry.method = '';
  entry.host = record.serverName;
  entry.path = '';
  entry.protocol = record.protocol;
  entry.status = -1;
  entry.reason = reason;
  entry.rule = record.rule;
  entry.backend = attempts?.backend?.key ?? '';
  entry.endpoint = attempts?.pool?.name ?? '';
  entry.attempts = attempts?.count ?? 0;
  entry.bytesIn = record.bytesIn;
  entry.bytesOut = record.bytesOut;
  entry.duration = performance.now() - record.startedAt;
  entry.backendDuration = -1;
  entry.userAgent = '';
  runtime.accessLog.log(entry);
}
