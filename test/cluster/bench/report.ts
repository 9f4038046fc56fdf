/** What was measured beside what others published, and whether it is good enough. */
import type { Attached } from './attached.ts';
import type { OtherClass } from './other-class.ts';
import type { Propagation } from './propagation.ts';
import type { Scale } from './scale.ts';

export type Results = {
  propagation: readonly Propagation[] | null;
  attached: Attached | null;
  scale: Scale | null;
  otherClass: OtherClass | null;
};

export type Verdict = {
  readonly target: string;
  readonly unit: string;
  readonly limit: number;
  readonly value: number;
  readonly met: boolean;
  /** The same of others, and where the figure is from. */
  readonly published: string;
};

const MEBIBYTE = 1 << 20;

/**
 * Figures of other gateways. "Same cluster": measured on the cluster of two cores that Headgate was developed on, 2026-11-21.
 * The others are of gateway-api-bench's report (version 2, October 2025; 16 cores), some read off its charts.
 */
const PUBLISHED = {
  propagationMean: 'agentgateway 16.6, Istio 221, Envoy Gateway 320, NGINX 508 (3,000 routes)',
  propagationMax: 'agentgateway 74.6, NGINX 919, Envoy Gateway 1,210, Istio 1,240 (3,000 routes)',
  cpu: 'Envoy Gateway 550 (same cluster, 2,000 routes)',
  counted: 'Cilium 1, Istio 2, Envoy Gateway 23, NGINX 29 (version 1)',
  writes: 'kgateway 15 to 323, Istio 73 to 311, Envoy Gateway 1,383 (version 1)',
  controllerMemory: 'kgateway 428, NGINX 447, Istio 570, Envoy Gateway 2,437 (mean)',
  controllerCpu: 'kgateway 0.10, Istio 0.21, NGINX 0.41, Envoy Gateway 3.7 (mean)',
  proxyMemory: 'agentgateway 46, Envoy Gateway 1,208, Istio 1,874, NGINX 1,976 (max)',
  proxyCpu: 'agentgateway 0.0025, Istio 0.14, Envoy Gateway 0.47, NGINX 0.41 (mean)',
  stream: 'agentgateway 9, steady; Istio 3,070, Envoy Gateway 3,440 (mean)',
} as const;

export function judge(results: Results): Verdict[] {
  const verdicts: Verdict[] = [];
  const add = (target: string, unit: string, limit: number, value: number, published: string) =>
    verdicts.push({ target, unit, limit, value, met: value <= limit, published });
  for (const { routes, served, timesFloor, errors, controllerCpuMillis } of results.propagation ?? []) {
    add(`a new route is served, ${routes} routes, mean`, 'ms', 20, served.mean, PUBLISHED.propagationMean);
    add(`a new route is served, ${routes} routes, max`, 'ms', 100, served.max, PUBLISHED.propagationMax);
    add(`… against a bare watch, ${routes} routes`, '×', 3, timesFloor, '');
    add(`… answers that are neither 404 nor 200, ${routes} routes`, '', 0, errors, '');
    if (routes >= 2_000)
      add(`CPU of the controller, ${routes} routes`, 'ms/route', 5, controllerCpuMillis, PUBLISHED.cpu);
  }
  const { attached, scale, otherClass } = results;
  if (attached !== null) {
    add('1,000 routes are counted', 's', 1, attached.secondsUntilCounted, PUBLISHED.counted);
    add('… and deleted: writes of the status', '', 100, attached.writes, PUBLISHED.writes);
  }
  if (scale !== null) {
    const memory = (bytes: number) => bytes / MEBIBYTE;
    add('scale: controller', 'MiB', 430, memory(scale.controller.residentBytes), PUBLISHED.controllerMemory);
    add('scale: controller', 'cores', 0.1, scale.controller.cores, PUBLISHED.controllerCpu);
    add('scale: proxy', 'MiB', 150, memory(scale.proxy.residentBytes), PUBLISHED.proxyMemory);
    add('scale: proxy', 'cores', 0.01, scale.proxy.cores, PUBLISHED.proxyCpu);
    add('scale: stream', 'kB/s', 20, scale.streamBytesPerSecond / 1000, PUBLISHED.stream);
  }
  if (otherClass !== null) {
    const { millisWith, millisWithout } = otherClass;
    add('another class: CPU of the controller moves', '%', 5, (millisWith / millisWithout - 1) * 100, '');
  }
  return verdicts;
}

export function verdictLines(verdicts: readonly Verdict[]): string[] {
  return verdicts.map(({ target, unit, limit, value, met, published }) => {
    const mark = met ? 'met   ' : 'MISSED';
    const figure = `${value.toFixed(value < 1 ? 4 : 1)} ${unit}`.padStart(16);
    return `  ${mark} ${target.padEnd(58)}${figure}, at most ${limit}${published === '' ? '' : `; ${published}`}`;
  });
}
