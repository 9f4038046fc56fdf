import type { Serialised, SerialisedFamily } from './serialised.ts';

/** The `Content-Type` of the text that `toPrometheus` makes. */
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** The metrics in Prometheus' text format 0.0.4: families by name, series in the order in which they came. */
export function toPrometheus(metrics: Serialised): string {
  const families = [...metrics.families].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  let text = '';
  for (const family of families) {
    text += `# HELP ${family.name} ${family.help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}\n`;
    text += `# TYPE ${family.name} ${family.kind}\n`;
    text += family.kind === 'histogram' ? histogram(family) : plain(family);
  }
  return text;
}

function plain(family: SerialisedFamily): string {
  let text = '';
  for (let s = 0; s < family.labels.length; s++) {
    const labels = labelPairs(family.labelNames, family.labels[s]!);
    text += `${family.name}${labels === '' ? '' : `{${labels}}`} ${number(family.values[s]!)}\n`;
  }
  return text;
}

function histogram(family: SerialisedFamily): string {
  const { name, bounds } = family;
  const stride = bounds.length + 2;
  const names = [...bounds.map(number), '+Inf'];
  let text = '';
  for (let s = 0; s < family.labels.length; s++) {
    const labels = labelPairs(family.labelNames, family.labels[s]!);
    const before = labels === '' ? '{le="' : `{${labels},le="`;
    let count = 0;
    for (let b = 0; b < names.length; b++) {
      count += family.values[s * stride + 1 + b]!;
      text += `${name}_bucket${before}${names[b]}"} ${number(count)}\n`;
    }
    const braces = labels === '' ? '' : `{${labels}}`;
    text += `${name}_sum${braces} ${number(family.values[s * stride]!)}\n`;
    text += `${name}_count${braces} ${number(count)}\n`;
  }
  return text;
}

function labelPairs(names: readonly string[], values: readonly string[]): string {
  let text = '';
  for (let i = 0; i < names.length; i++) {
    text += `${i === 0 ? '' : ','}${names[i]}="${escapeLabel(values[i]!)}"`;
  }
  return text;
}

const ESCAPED = /[\\"\n]/;

function escapeLabel(value: string): string {
  if (!ESCAPED.test(value)) return value;
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}

function number(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
