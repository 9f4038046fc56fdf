import { expect, test } from 'vitest';
import { Registry, toPrometheus } from './metrics.ts';
import { addProcessMetrics } from './process-metrics.ts';

function value(text: string, start: string): number {
  const line = text.split('\n').find((each) => each.startsWith(start));
  if (line === undefined) throw new Error(`no ${start} in\n${text}`);
  return Number(line.slice(line.lastIndexOf(' ') + 1));
}

test('a process tells its memory, CPU time, delay and version', async () => {
  const registry = new Registry();
  const stop = addProcessMetrics(registry, { process: 'worker-0', version: '1.2.3' });
  const before = value(
    toPrometheus(registry.collect()),
    'headgate_process_cpu_seconds_total{process="worker-0",mode="user"}',
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  const until = performance.now() + 150;
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const text = toPrometheus(registry.collect());
  stop();
  expect(value(text, 'headgate_process_cpu_seconds_total{process="worker-0",mode="user"}')).toBeGreaterThan(before);
  expect(value(text, 'headgate_process_resident_memory_bytes{process="worker-0"}')).toBeGreaterThan(10e6);
  expect(value(text, 'headgate_process_heap_used_bytes{process="worker-0"}')).toBeGreaterThan(1e6);
  expect(value(text, 'headgate_process_event_loop_delay_seconds{process="worker-0",quantile="1"}')).toBeGreaterThan(
    0.1,
  );
  expect(value(text, 'headgate_process_event_loop_delay_seconds{process="worker-0",quantile="1"}')).toBeLessThan(10);
  expect(value(text, 'headgate_process_open_handles{process="worker-0"}')).toBeGreaterThanOrEqual(0);
  expect(Math.abs(value(text, 'headgate_process_start_time_seconds{') - Date.now() / 1000)).toBeLessThan(600);
  expect(text).toContain(`headgate_build_info{version="1.2.3",node="${process.versions.node}"} 1`);
});
