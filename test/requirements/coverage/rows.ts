/** The rows of the requirements: their ids by group, and which of them are not asked for. What a row says stands in its tests. */

export type Group = {
  readonly title: string;
  readonly prefix: string;
  /** Rows are numbered from 01. */
  readonly count: number;
};

export const GROUPS: readonly Group[] = [
  { title: 'Path matching', prefix: 'PATH', count: 30 },
  { title: 'Other matching', prefix: 'MATCH', count: 33 },
  { title: 'Precedence', prefix: 'PRIO', count: 12 },
  { title: 'Rewriting', prefix: 'RW', count: 27 },
  { title: 'Forwarding', prefix: 'FWD', count: 19 },
  { title: 'Splitting', prefix: 'SPLIT', count: 10 },
  { title: 'Load balancing', prefix: 'LB', count: 19 },
  { title: 'Resilience', prefix: 'RES', count: 21 },
  { title: 'Rate limiting', prefix: 'RL', count: 25 },
  { title: 'Caching', prefix: 'CACHE', count: 16 },
  { title: 'IP addresses', prefix: 'IP', count: 17 },
  { title: 'Authentication', prefix: 'AUTH', count: 12 },
  { title: 'Header transformation', prefix: 'HDR', count: 17 },
  { title: 'Claims', prefix: 'CLAIM', count: 15 },
  { title: 'Observation', prefix: 'OBS', count: 12 },
  { title: 'Aggregation', prefix: 'AGG', count: 12 },
  { title: 'Policies', prefix: 'POL', count: 11 },
  { title: 'Protocols', prefix: 'PROTO', count: 6 },
  { title: 'Administration', prefix: 'ADM', count: 22 },
  { title: 'Errors', prefix: 'ERR', count: 11 },
  { title: 'Things only named', prefix: 'NO', count: 20 },
];

const DASHBOARD = 'a field of the dashboard, which is not part of this';

/** Rows that are not asked for, and why. One that has a test all the same is shown with it. */
export const ASIDE: Readonly<Record<string, string>> = {
  'MATCH-10': 'out of scope: Gateway API has no such hostnames, and the import says so',
  'MATCH-29': 'reserved for a later release',
  'FWD-10': 'deliberately not offered',
  'AGG-10': 'for a later release',
  'AGG-12': DASHBOARD,
  'ADM-03': DASHBOARD,
  'ADM-04': DASHBOARD,
  'ADM-05': DASHBOARD,
  'ADM-06': DASHBOARD,
  'ADM-07': DASHBOARD,
  'ADM-08': DASHBOARD,
  'ADM-09': DASHBOARD,
  'ADM-10': DASHBOARD,
  'ADM-11': DASHBOARD,
  'ADM-12': DASHBOARD,
  'NO-06': DASHBOARD,
  'NO-08': DASHBOARD,
};

export function idsOf({ prefix, count }: Group): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}-${String(i + 1).padStart(2, '0')}`);
}

const ALL: ReadonlySet<string> = new Set(GROUPS.flatMap(idsOf));

export function isRow(id: string): boolean {
  return ALL.has(id);
}
