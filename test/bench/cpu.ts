/** CPU time and memory of processes, from /proc. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const MICROS_A_TICK = 1_000_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

type Stat = { readonly parent: number; readonly ticks: number; readonly childTicks: number };

/** null when the process is gone. */
function readStat(pid: number | 'self'): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold spaces and parentheses; what follows its last one is numbers.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return {
      parent: Number(fields[1]),
      ticks: Number(fields[11]) + Number(fields[12]),
      childTicks: Number(fields[13]) + Number(fields[14]),
    };
  } catch {
    return null;
  }
}

export type Use = {
  readonly pid: number;
  /** User and system time so far, microseconds. */
  readonly cpuMicros: number;
  readonly rssBytes: number;
};

/** The process and its descendants that are alive. Time of descendants that have ended is in their parent's figure. */
export function processTree(root: number): Use[] {
  const stats = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const stat = readStat(pid);
    if (stat !== null) stats.set(pid, stat);
  }
  const members = [root];
  for (const member of members) {
    for (const [pid, stat] of stats) if (stat.parent === member) members.push(pid);
  }
  return members.flatMap((pid) => {
    const stat = stats.get(pid);
    if (stat === undefined) return [];
    return [{ pid, cpuMicros: (stat.ticks + stat.childTicks) * MICROS_A_TICK, rssBytes: rss(pid) }];
  });
}

function rss(pid: number): number {
  try {
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    return kib === null ? 0 : Number(kib[1]) * 1024;
  } catch {
    return 0;
  }
}

export function cpuMicros(tree: readonly Use[]): number {
  return tree.reduce((sum, use) => sum + use.cpuMicros, 0);
}

/** Microseconds of CPU that the children of this process that have ended took, the load generator for one. */
export function endedChildrenMicros(): number {
  return (readStat('self')?.childTicks ?? 0) * MICROS_A_TICK;
}

/** Microseconds for which all cores were busy since boot, whoever kept them busy. */
export function machineBusyMicros(): number {
  const fields = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0]!.trim().split(/\s+/).slice(1).map(Number);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields;
  return (user + nice + system + irq + softirq + steal) * MICROS_A_TICK;
}

/** The cores this process may run on. */
export function allowedCores(): number[] {
  const list = /^Cpus_allowed_list:\s+(\S+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '0';
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}
