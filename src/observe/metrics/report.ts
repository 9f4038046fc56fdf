import type { Serialised, SerialisedFamily } from './serialised.ts';

/**
 * The metrics of a process on their way to another one. The labels of a family are one text: thousands of small arrays take ten
 * times as long to be sent, and whoever gets a report needs the labels of few of them.
 */
export type MetricsReport = { readonly families: readonly ReportedFamily[] };

type ReportedFamily = Omit<SerialisedFamily, 'labels'> & { readonly labels: string };

export function reportOf({ families }: Serialised): MetricsReport {
  return { families: families.map((family) => ({ ...family, labels: JSON.stringify(family.labels) })) };
}

export function serialisedOf({ families }: MetricsReport): Serialised {
  return { families: families.map((family) => ({ ...family, labels: JSON.parse(family.labels) })) };
}
