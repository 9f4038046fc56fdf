/** A proxy whose workers stand still: it is ready, and takes no change until it is let go. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Seconds after which the workers go on by themselves. */
const LONGEST = 60;

/**
 * Runs in the pod. The first process of a container cannot be stopped from inside; the workers are its children, and the
 * script is not.
 */
const SCRIPT = `
const { readdirSync, readFileSync } = require('node:fs');
const parentOf = (pid) => {
  try {
    return Number(readFileSync('/proc/' + pid + '/stat', 'utf8').replace(/^.*\\) /s, '').split(' ')[1]);
  } catch {
    return 0;
  }
};
const workers = readdirSync('/proc').map(Number).filter((pid) => pid > 1 && pid !== process.pid && parentOf(pid) === 1);
const tell = (signal) => workers.forEach((pid) => process.kill(pid, signal));
const go = () => (tell('SIGCONT'), process.exit(0));
tell('SIGSTOP');
console.log(workers.length);
process.stdin.on('end', go).resume();
setTimeout(go, ${LONGEST}_000);
`;

export class HeldProxy {
  readonly #exec: ChildProcess;

  private constructor(exec: ChildProcess) {
    this.#exec = exec;
  }

  /** Resolves when the workers stand still. */
  static async hold(namespace: string, pod: string): Promise<HeldProxy> {
    const exec = spawn('kubectl', ['exec', '-i', '-n', namespace, pod, '--', 'node', '-e', SCRIPT], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(exec, 'exit').then(() => null);
    const said = await Promise.race([once(exec.stdout, 'data'), ended]);
    if (said === null || Number(said[0]) === 0)
      throw new Error(`the workers of ${namespace}/${pod} do not stand still`);
    return new HeldProxy(exec);
  }

  /** Resolves when they go on. */
  async release(): Promise<void> {
    const ended = this.#exec.exitCode === null ? once(this.#exec, 'exit') : null;
    this.#exec.stdin!.end();
    await ended;
  }
}
