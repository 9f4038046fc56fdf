/** What Headgate wants to reach, as numbers. */
import type { Estimate, Sample } from './measure.ts';
import type { ReloadResult } from './reload.ts';
import { cpuRatio } from './summary.ts';

export type Verdict = {
  readonly target: string;
  readonly limit: number;
  /** null when what it compares was not measured. */
  readonly value: number | null;
  readonly met: boolean | null;
  /** Whether the limit is among the values that it may have. */
  readonly isClose: boolean;
};

const MEBIBYTE = 1024 * 1024;

export function judge(samples: readonly Sample[], reload: ReloadResult | null): Verdict[] {
  const against = (caseName: string, peer: Sample['peer']) =>
    cpuRatio(samples, { case: caseName, peer: 'headgate' }, { case: caseName, peer });
  const memory = samples
    .filter((sample) => sample.peer === 'headgate')
    .filter((sample) => sample.case === 'small-5000' || sample.case === 'connections-512')
    .map((sample) => sample.workerRssBytes / MEBIBYTE);
  const failed = samples.filter((sample) => sample.peer === 'headgate');
  return [
    verdict('CPU, small plain answer, 5,000 routes: × Envoy', 0.45, against('small-5000', 'envoy')),
    verdict('CPU, small plain answer, 5,000 routes: × nginx', 1.7, against('small-5000', 'nginx')),
    verdict('CPU, small answer over TLS: × Envoy', 0.65, against('tls', 'envoy')),
    verdict('CPU, answer of 1 MiB: × Envoy', 1.25, against('answer-1m', 'envoy')),
    verdict('CPU, HTTP/2 over TLS to HTTP/1.1: × Envoy', 1, against('h2', 'envoy')),
    verdict('CPU, unary gRPC call: × Envoy', 1, against('grpc-unary', 'envoy')),
    verdict('CPU, gRPC call answered by a stream: × Envoy', 1, against('grpc-stream', 'envoy')),
    verdict('CPU, TLS passed through: × Envoy', 1, against('passthrough', 'envoy')),
    verdict('CPU, TLS passed through, new connections: × Envoy', 1, against('passthrough-new', 'envoy')),
    verdict('CPU, TCP: × Envoy', 1, against('tcp', 'envoy')),
    verdict('CPU, answer from the cache: × nginx', 1, against('cache-hit', 'nginx')),
    verdict('RSS of a worker with 5,000 routes, MiB', 150, memory.length === 0 ? null : Math.max(...memory)),
    verdict('reload of 5,000 routes: requests failed', 0, reload === null ? null : reload.failedDuring),
    verdict(
      'reload of 5,000 routes: p99 during × p99 before',
      3,
      reload === null ? null : reload.p99DuringMicros / reload.p99BeforeMicros,
    ),
    verdict(
      'all cases: requests failed',
      0,
      failed.length === 0 ? null : failed.reduce((sum, sample) => sum + sample.failed, 0),
    ),
  ];
}

export function verdict(target: string, limit: number, value: number | null): Verdict {
  return { target, limit, value, met: value === null ? null : value <= limit, isClose: false };
}

/** The same of a value that is known to be between two. */
export function estimated(target: string, limit: number, found: Estimate | null): Verdict {
  const isClose = found !== null && found.low <= limit && found.high > limit;
  return { ...verdict(target, limit, found?.value ?? null), isClose };
}
