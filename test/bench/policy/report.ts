/** What policies cost, as text and against their targets. */
import type { ComparisonSample } from '../comparison.ts';
import { type Estimate, estimate, median } from '../measure.ts';
import { align } from '../report.ts';
import { estimated, type Verdict, verdict } from '../targets.ts';
import { POLICY_CASES, UNUSED } from './cases.ts';

const CASES = [
  ...POLICY_CASES.map(({ limit, name, title }) => ({ limit, name, title })),
  { name: UNUSED, title: 'no policy, in a Headgate that has these', limit: null },
];

export function policyTable(found: readonly ComparisonSample[]): string {
  const rows = CASES.flatMap(({ limit, name, title }) => {
    const own = found.filter((sample) => sample.case === name);
    if (own.length === 0) return [];
    const { high, low, value } = costOf(own);
    const failed = own.reduce((sum, sample) => sum + sample.failed, 0);
    return [
      [
        title,
        micros(own.map((sample) => sample.without)),
        micros(own.map((sample) => sample.with)),
        signed(value),
        `${signed(low)} to ${signed(high)}`,
        limit === null ? '' : `≤ ${limit}`,
        String(failed),
      ],
    ];
  });
  return [
    'What policies cost, CPU µs/request',
    ...align([['', 'without', 'with', 'difference', '95 % sure', 'target', 'failed'], ...rows]),
  ].join('\n');
}

export function judgePolicies(found: readonly ComparisonSample[]): Verdict[] {
  const failed = found.reduce((sum, sample) => sum + sample.failed, 0);
  const costs = CASES.flatMap(({ limit, name, title }) => {
    const own = found.filter((sample) => sample.case === name);
    if (limit === null) return [];
    return [estimated(`CPU, ${title}: µs more`, limit, own.length === 0 ? null : costOf(own))];
  });
  return [...costs, verdict('policies: requests failed', 0, found.length === 0 ? null : failed)];
}

/** Microseconds that a request costs more with than without. */
function costOf(samples: readonly ComparisonSample[]): Estimate {
  const parts = samples.flatMap((sample) => sample.parts);
  return estimate(parts.map((part) => part.with - part.without));
}

function micros(values: readonly number[]): string {
  return median(values).toFixed(1);
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
}
