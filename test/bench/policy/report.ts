/** What policies cost, as text and against their targets. */
import type { ComparisonSample } from '../comparison.ts';
import { median } from '../measure.ts';
import { align } from '../report.ts';
import { type Verdict, verdict } from '../targets.ts';
import { POLICY_CASES, UNUSED } from './cases.ts';

const CASES = [
  ...POLICY_CASES.map(({ limit, name, title }) => ({ limit, name, title })),
  { name: UNUSED, title: 'no policy, in a Headgate that has these', limit: null },
];

export function policyTable(found: readonly ComparisonSample[]): string {
  const rows = CASES.flatMap(({ limit, name, title }) => {
    const own = found.filter((sample) => sample.case === name);
    if (own.length === 0) return [];
    const differences = own.map(difference);
    const spread = (Math.max(...differences) - Math.min(...differences)) / 2;
    const failed = own.reduce((sum, sample) => sum + sample.failed, 0);
    return [
      [
        title,
        micros(own.map((sample) => sample.without)),
        micros(own.map((sample) => sample.with)),
        signed(median(differences)),
        `±${spread.toFixed(1)}`,
        limit === null ? '' : `≤ ${limit}`,
        String(failed),
      ],
    ];
  });
  return [
    'What policies cost, CPU µs/request',
    ...align([['', 'without', 'with', 'difference', '', 'target', 'failed'], ...rows]),
  ].join('\n');
}

export function judgePolicies(found: readonly ComparisonSample[]): Verdict[] {
  const failed = found.reduce((sum, sample) => sum + sample.failed, 0);
  const costs = CASES.flatMap(({ limit, name, title }) => {
    const own = found.filter((sample) => sample.case === name).map(difference);
    if (limit === null) return [];
    return [verdict(`CPU, ${title}: µs more`, limit, own.length === 0 ? null : median(own))];
  });
  return [...costs, verdict('policies: requests failed', 0, found.length === 0 ? null : failed)];
}

function difference(sample: ComparisonSample): number {
  return sample.with - sample.without;
}

function micros(values: readonly number[]): string {
  return median(values).toFixed(1);
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
}
