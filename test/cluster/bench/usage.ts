/** What pods use: read inside of them, from /proc, so that it works wherever the pod runs. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { get, list, RELEASE, SYSTEM } from '../installed/cluster.ts';

const exec = promisify(execFile);

export type Usage = {
  readonly pod: string;
  /** User and system time of all processes of the pod since they started. */
  readonly cpuSeconds: number;
  /** Resident memory of all processes, what they share counted once. */
  readonly residentBytes: number;
  /** Bytes that the pod received over the network. */
  readonly receivedBytes: number;
};

/** Runs in the pod; leaves itself out. */
const SCRIPT = `
const fs = require('fs');
let ticks = 0, resident = 0;
for (const pid of fs.readdirSync('/proc')) {
  if (!/^[0-9]+$/.test(pid) || pid === String(process.pid)) continue;
  try {
    const stat = fs.readFileSync('/proc/' + pid + '/stat', 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
    resident += 1024 * Number(/^Pss:\\s+(\\d+)/m.exec(fs.readFileSync('/proc/' + pid + '/smaps_rollup', 'latin1'))[1]);
  } catch (error) { if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error; }
}
let received = 0;
for (const line of fs.readFileSync('/proc/net/dev', 'latin1').split('\\n').slice(2)) {
  const [name, bytes] = line.trim().split(/[:\\s]+/);
  if (name && name !== 'lo') received += Number(bytes);
}
console.log(JSON.stringify({ cpuSeconds: ticks / 100, residentBytes: resident, receivedBytes: received }));
`;

async function usageOf(namespace: string, pod: string): Promise<Usage> {
  const { stdout } = await exec('kubectl', ['exec', '-n', namespace, pod, '--', 'node', '-e', SCRIPT]);
  return { pod, ...(JSON.parse(stdout) as Omit<Usage, 'pod'>) };
}

/** The controller's replica that writes statuses. */
export async function leader(): Promise<string> {
  const holder = (await get('Lease', SYSTEM, RELEASE)).spec.holderIdentity as string;
  const pods = await list('Pod', SYSTEM);
  const pod = pods.find(({ metadata }) => holder.startsWith(`${metadata.name}-`));
  if (pod === undefined) throw new Error(`no pod in ${SYSTEM} holds the Lease ${RELEASE}, it is held by ${holder}`);
  return pod.metadata.name;
}

export async function leaderUsage(): Promise<Usage> {
  return usageOf(SYSTEM, await leader());
}

/** Of the first proxy of the namespace's Gateway. */
export async function proxyUsage(namespace: string): Promise<Usage> {
  const [pod] = await list('Pod', namespace, 'app.kubernetes.io/name=headgate-proxy');
  if (pod === undefined) throw new Error(`no proxy runs in ${namespace}`);
  return usageOf(namespace, pod.metadata.name);
}

/** CPU seconds between two readings; throws when they are not of the same pod. */
export function cpuBetween(before: Usage, after: Usage): number {
  if (before.pod !== after.pod) throw new Error(`${before.pod} was replaced by ${after.pod} while it was measured`);
  const seconds = after.cpuSeconds - before.cpuSeconds;
  if (seconds < 0) throw new Error(`${after.pod} was restarted while it was measured`);
  return seconds;
}
