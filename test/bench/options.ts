/** The command line of the bench. */
import { parseArgs } from 'node:util';
import { CASES, RELOAD } from './cases.ts';
import type { PeerName } from './peers/peer.ts';
import { POLICY_NAMES } from './policy/cases.ts';
import { ROUTES } from './routes-run.ts';

export const PEER_NAMES: readonly PeerName[] = ['headgate', 'nginx', 'haproxy', 'envoy', 'baseline'];

export type Options = {
  readonly cases: readonly string[];
  readonly peers: readonly PeerName[];
  /** Seconds of one measurement, a whole number. */
  readonly duration: number;
  readonly rounds: number;
  readonly json: string | null;
  /** Download what is missing. */
  readonly fetch: boolean;
  /** Keep configurations and logs of the run. */
  readonly keep: boolean;
};

const NAMES = [...CASES.map((shape) => shape.name), RELOAD, ROUTES, ...POLICY_NAMES];
/** In place of the names of all of them. */
const POLICIES = 'policies';

export const HELP = `npm run bench -- [options]
  --case NAME,…     ${[...CASES.map((shape) => shape.name), RELOAD, ROUTES].join(', ')};
                    policies (all of these): ${POLICY_NAMES.join(', ')} (default: all)
  --peer NAME,…     ${PEER_NAMES.join(', ')} (default: all)
  --duration N      seconds of one measurement, whole ones (default 2)
  --rounds N        measurements of each case and peer, of which the median counts (default 3)
  --json FILE       write everything measured to FILE as well
  --no-fetch        download nothing: skip what is not installed
  --keep            keep the configurations and logs of the run`;

/** Throws a sentence for the user. null: help was asked for. */
export function readOptions(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      case: { type: 'string' },
      peer: { type: 'string' },
      duration: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '3' },
      json: { type: 'string' },
      'no-fetch': { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  return {
    cases: casesOf(values.case),
    peers: among('--peer', values.peer, PEER_NAMES),
    duration: positive('--duration', values.duration),
    rounds: positive('--rounds', values.rounds),
    json: values.json ?? null,
    fetch: !values['no-fetch'],
    keep: values.keep,
  };
}

function casesOf(text: string | undefined): readonly string[] {
  const names = among('--case', text, [...NAMES, POLICIES]);
  return names.flatMap((name) => (name === POLICIES ? POLICY_NAMES : [name]));
}

function among<Name extends string>(
  option: string,
  text: string | undefined,
  allowed: readonly Name[],
): readonly Name[] {
  if (text === undefined) return allowed;
  return text.split(',').map((name) => {
    const known = allowed.find((candidate) => candidate === name);
    if (known === undefined) throw new Error(`${option}: ${name} is unknown; there are ${allowed.join(', ')}`);
    return known;
  });
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${option}: ${text} is not a whole number above 0`);
}
