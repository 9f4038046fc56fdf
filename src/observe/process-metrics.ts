import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Registry } from './metrics.ts';

export type ProcessMetricsOptions = {
  /** Tells the processes of one program apart: `supervisor`, `worker-0`. A worker that is restarted keeps the name. */
  readonly process: string;
  readonly version: string;
};

const QUANTILES = [50, 99, 100] as const;

/**
 * Adds what a process knows about itself to a registry; the numbers are read when the registry is collected. The
 * event-loop delay is how long turns of the loop took since the last collection: what comes meanwhile waits. Call the
 * returned function to stop measuring.
 */
export function addProcessMetrics(registry: Registry, options: ProcessMetricsOptions): () => void {
  const label = ['process'];
  const own = [options.process];
  const cpu = registry.counter('headgate_process_cpu_seconds_total', 'CPU time used, by process and mode.', [
    'process',
    'mode',
  ]);
  const memory = registry.gauge('headgate_process_resident_memory_bytes', 'Resident memory, by process.', label, 'max');
  const heap = registry.gauge('headgate_process_heap_used_bytes', 'JavaScript heap in use, by process.', label, 'max');
  const heapTotal = registry.gauge('headgate_process_heap_size_bytes', 'JavaScript heap size.', label, 'max');
  const handles = registry.gauge(
    'headgate_process_open_handles',
    'Sockets, timers and other resources that keep the event loop busy, by process.',
    label,
    'max',
  );
  const started = registry.gauge(
    'headgate_process_start_time_seconds',
    'When the process started, in seconds since 1970.',
    label,
    'max',
  );
  const delay = registry.gauge(
    'headgate_process_event_loop_delay_seconds',
    'How long turns of the event loop took since the last collection, by process and quantile.',
    ['process', 'quantile'],
    'max',
  );
  const info = registry.gauge('headgate_build_info', 'Always 1; the labels say what runs.', ['version', 'node'], 'max');

  const userSeries = cpu.series([options.process, 'user']);
  const systemSeries = cpu.series([options.process, 'system']);
  const memorySeries = memory.series(own);
  const heapSeries = heap.series(own);
  const heapTotalSeries = heapTotal.series(own);
  const handlesSeries = handles.series(own);
  const delaySeries = QUANTILES.map((q) => delay.series([options.process, String(q / 100)]));
  started.set(started.series(own), Math.round(Date.now() / 1000 - process.uptime()));
  info.set(info.series([options.version, process.versions.node]), 1);

  // Without a timer: one that looks fifty times a second costs an idle process more than all else that it does.
  const loop = monitorEventLoopDelay({ samplePerIteration: true });
  loop.enable();
  registry.beforeCollect(() => {
    const { user, system } = process.cpuUsage();
    cpu.add(userSeries, user / 1e6 - cpu.value(userSeries));
    cpu.add(systemSeries, system / 1e6 - cpu.value(systemSeries));
    const usage = process.memoryUsage();
    memory.set(memorySeries, usage.rss);
    heap.set(heapSeries, usage.heapUsed);
    heapTotal.set(heapTotalSeries, usage.heapTotal);
    handles.set(handlesSeries, process.getActiveResourcesInfo().length);
    for (let i = 0; i < QUANTILES.length; i++) {
      delay.set(delaySeries[i]!, loop.count === 0 ? 0 : loop.percentile(QUANTILES[i]!) / 1e9);
    }
    loop.reset();
  });
  return () => {
    loop.disable();
  };
}
