import type { Verdict } from './verdict.ts';

/** A line for each verdict: `translated     services[0].host   a Service`. */
export function reportTable(verdicts: readonly Verdict[]): string {
  const width = Math.min(60, Math.max(0, ...verdicts.map(({ field }) => field.length)));
  const lines = verdicts.map(({ field, verdict, why }) => `${verdict.padEnd(13)}  ${field.padEnd(width)}  ${why}\n`);
  return lines.join('');
}

/** How many there are of each. */
export function summary(verdicts: readonly Verdict[]): string {
  const count = (wanted: Verdict['verdict']): number => verdicts.filter(({ verdict }) => verdict === wanted).length;
  return `${count('translated')} fields translated, ${count('different')} different, ${count('not supported')} not supported`;
}
