/**
 * Traffic first: a supervisor runs at a lower priority than its workers. While they are idle it has all the time there is;
 * while one is busy on the core that it needs, it gets about a quarter of it. Reading a large change then takes longer, but
 * hardly slows a request.
 */
import { readdirSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';

/** Linux shares a core about three to one between priorities that are five apart. */
const STEP = 5;
/** Never further below the workers that were started first: a change must be served in a bounded time. */
const FURTHEST = 2 * STEP;

export class Priority {
  /** As the process was started, and as its first workers are. */
  private readonly start: number;
  private current: number;

  constructor() {
    this.start = getPriority();
    this.current = this.start;
  }

  /** Lowers this process by a step. What it starts afterwards inherits that, see `raise`. */
  giveWay(): void {
    this.current = Math.min(this.current + STEP, this.start + FURTHEST, constants.priority.PRIORITY_LOW);
    // Linux knows priorities of threads: those of the garbage collector have begun already, and inherit nothing any more.
    for (const thread of threads()) set(thread, this.current);
  }

  /**
   * Gives a process that was started after `giveWay` the priority of the first workers. Only a privileged process may
   * (CAP_SYS_NICE); another one steps back from its new worker, as far as it will.
   */
  raise(pid: number): void {
    if (!set(pid, this.start)) this.giveWay();
  }
}

/**
 * Lowers the threads that help this one, such as those that mark garbage meanwhile: on a core that all of them share they
 * would take most of it from whoever answers requests.
 */
export function lowerHelpers(): void {
  const priority = Math.min(getPriority() + STEP, constants.priority.PRIORITY_LOW);
  for (const thread of threads()) if (thread !== process.pid && thread !== 0) set(thread, priority);
}

function threads(): readonly number[] {
  try {
    return readdirSync('/proc/self/task').map(Number);
  } catch {
    return [0];
  }
}

/** False when the system refuses; a priority is a courtesy, and nothing depends on it. */
function set(pid: number, priority: number): boolean {
  try {
    setPriority(pid, priority);
    return true;
  } catch {
    return false;
  }
}
