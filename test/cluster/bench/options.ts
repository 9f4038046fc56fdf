/** The command line of the bench. */
import { parseArgs } from 'node:util';

export const CASES = ['propagation', 'attached', 'scale', 'other-class'] as const;
export type CaseName = (typeof CASES)[number];

export type Options = {
  readonly cases: readonly CaseName[];
  /** Numbers of routes, growing, at which propagation and CPU are measured. */
  readonly sizes: readonly number[];
  /** Routes made one after another at each size. */
  readonly samples: number;
  /** Minutes of churn in the scale case. */
  readonly minutes: number;
  /** Routes, Services and EndpointSlices of the scale case. */
  readonly routes: number;
  /** Gateways, and routes, of another class. */
  readonly others: number;
  readonly json: string | null;
};

export const HELP = `npm run bench:cluster -- [options]
  The cluster of $KUBECONFIG, with Headgate installed there ($HEADGATE_RELEASE, default headgate). Nothing else should
  run on it: figures are of the whole way from the API server to the answer of a proxy.
  --case NAME,…   ${CASES.join(', ')} (default: all)
  --sizes N,…     routes that are there when propagation is measured (default 10,500,2000,5000)
  --samples N     routes made one after another at each size (default 200)
  --minutes N     of churn in the scale case (default 5)
  --routes N      routes, Services and EndpointSlices of the scale case (default 5000)
  --others N      Gateways and routes of another class (default 2000)
  --json FILE     write everything measured to FILE as well`;

/** Throws a sentence for the user. null: help was asked for. */
export function readOptions(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      case: { type: 'string', default: CASES.join(',') },
      sizes: { type: 'string', default: '10,500,2000,5000' },
      samples: { type: 'string', default: '200' },
      minutes: { type: 'string', default: '5' },
      routes: { type: 'string', default: '5000' },
      others: { type: 'string', default: '2000' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  return {
    cases: values.case.split(',').map((name) => {
      const known = CASES.find((one) => one === name);
      if (known === undefined) throw new Error(`--case: ${name} is unknown; there are ${CASES.join(', ')}`);
      return known;
    }),
    sizes: values.sizes.split(',').map((size) => positive('--sizes', size)),
    samples: positive('--samples', values.samples),
    minutes: positive('--minutes', values.minutes),
    routes: positive('--routes', values.routes),
    others: positive('--others', values.others),
    json: values.json ?? null,
  };
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${option}: ${text} is not a whole number above 0`);
}
