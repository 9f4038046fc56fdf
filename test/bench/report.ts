/** The run as text. */
import { CASES } from './cases.ts';
import { median, type Sample } from './measure.ts';
import type { PeerName } from './peers/peer.ts';
import type { ReloadResult } from './reload.ts';
import { cpuRatio, type Row } from './summary.ts';
import type { Verdict } from './targets.ts';

/** Below this share of its core a proxy waited for the other side, and its requests/s are not its limit. */
const SATURATED = 0.9;
const MEBIBYTE = 1024 * 1024;

export function caseTable(rows: readonly Row[], samples: readonly Sample[]): string {
  const lines: string[] = [];
  for (const shape of CASES) {
    const own = rows.filter((row) => row.case === shape.name);
    if (own.length === 0) continue;
    lines.push('', `${shape.title} (${shape.name}, ${shape.connections} connections)`);
    const table = own.map((row) => [
      row.peer,
      count(row.requestsPerSecond) + (row.busy < SATURATED ? '*' : ' '),
      millis(row.p50Micros),
      millis(row.p99Micros),
      row.cpuMicros.toFixed(1),
      `±${Math.round(row.cpuSpread * 50)} %`,
      `${Math.round(row.busy * 100)} %`,
      (row.workerRssBytes / MEBIBYTE).toFixed(0),
      String(row.failed),
      row.peer === 'headgate' ? '' : ratio(samples, shape.name, row.peer),
    ]);
    lines.push(
      ...align([
        ['', 'requests/s ', 'p50 ms', 'p99 ms', 'CPU µs/request', '', 'core', 'RSS MiB', 'failed', 'Headgate ×'],
        ...table,
      ]),
    );
  }
  if (rows.some((row) => row.busy < SATURATED)) {
    lines.push(
      '',
      `* its core was not full: the load generator or the backend was the limit, only CPU µs/request counts.`,
    );
  }
  return lines.join('\n');
}

function ratio(samples: readonly Sample[], caseName: string, peer: PeerName): string {
  const value = cpuRatio(samples, { case: caseName, peer: 'headgate' }, { case: caseName, peer });
  return value === null ? '' : value.toFixed(2);
}

export function reloadText(reload: ReloadResult): string {
  return [
    `5,000 routes replaced under load, ${reload.reloads} times (reload)`,
    `  requests during      ${count(reload.requestsDuring)}, failed ${reload.failedDuring} (before: ${reload.failedBefore})`,
    `  p99 before / during  ${millis(reload.p99BeforeMicros)} ms / ${millis(reload.p99DuringMicros)} ms, longest ${millis(reload.maxDuringMicros)} ms`,
    `  until served         ${reload.seconds.toFixed(1)} s after the file changed, at most`,
    `  RSS of the worker    ${(reload.workerRssBytes / MEBIBYTE).toFixed(0)} MiB`,
  ].join('\n');
}

export function verdictTable(verdicts: readonly Verdict[]): string {
  return align([
    ['target', 'limit', 'measured', ''],
    ...verdicts.map(({ target, limit, value, met, isClose }) => [
      target,
      `≤ ${limit}`,
      value === null ? '-' : Number.isInteger(value) ? String(value) : value.toFixed(2),
      met === null ? 'not measured' : `${met ? 'met' : 'MISSED'}${isClose ? ', but not for certain' : ''}`,
    ]),
  ]).join('\n');
}

/** What 5,000 routes cost the others: on a machine whose caches others use too, routes cost every proxy. */
export function routesText(samples: readonly Sample[], peers: readonly PeerName[]): string {
  const ratios = peers.flatMap((peer) => {
    const value = cpuRatio(samples, { case: 'routes-5000', peer }, { case: 'small-1', peer });
    return value === null ? [] : [`${peer} ${value.toFixed(2)}`];
  });
  return ratios.length === 0 ? '' : `CPU with 5,000 routes × one route: ${ratios.join(', ')}`;
}

/** How much else went on on the machine while it was measured. */
export function noiseText(samples: readonly Pick<Sample, 'otherLoad'>[]): string {
  const loads = samples.map((sample) => sample.otherLoad);
  return `Other load on the machine: ${median(loads).toFixed(2)} cores (median), ${Math.max(...loads).toFixed(2)} at most.`;
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function millis(micros: number): string {
  return (micros / 1000).toFixed(2);
}

/** First column to the left, numbers to the right. */
export function align(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length)));
  return rows.map((row) =>
    `  ${row.map((cell, column) => pad(cell, widths[column]!, column > 0)).join('  ')}`.trimEnd(),
  );
}

function pad(text: string, width: number, left: boolean): string {
  const space = ' '.repeat(Math.max(0, width - [...text].length));
  return left ? space + text : text + space;
}
