/**
 * The programs of a cluster's control plane, where they run on this machine as the scripts of `../shared/cluster` start them:
 * `$CLUSTER_HOME/state/pids` has a line `NAME PID` of each, `$CLUSTER_HOME/log` what they print.
 */
import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kube, pathOf, until } from './cluster.ts';

const home = process.env.CLUSTER_HOME ?? '';
const PIDS = join(home, 'state/pids');

/** Whether the cluster may be broken for a while: the tests started it, or somebody says so; and this is such a cluster. */
export const mayDisrupt = process.env.HEADGATE_DISRUPT === '1' && existsSync(PIDS);

type Program = { readonly command: readonly string[]; readonly cwd: string; readonly env: NodeJS.ProcessEnv };

export class Component {
  readonly #name: string;
  #pid: number;

  constructor(name: 'etcd' | 'kube-apiserver') {
    this.#name = name;
    const line = readFileSync(PIDS, 'utf8')
      .split('\n')
      .find((one) => one.startsWith(`${name} `));
    if (line === undefined) throw new Error(`${PIDS} names no ${name}`);
    this.#pid = Number(line.split(' ')[1]);
    if (!commandOf(this.#pid)[0]!.endsWith(name)) throw new Error(`process ${this.#pid} is not ${name}`);
  }

  /** Ends it at once, without a word to its clients; returns what starts it again as it was. */
  async kill(): Promise<() => void> {
    const program: Program = {
      command: commandOf(this.#pid),
      cwd: '/',
      env: Object.fromEntries(textsOf(this.#pid, 'environ').map((one) => one.split(/=(.*)/s).slice(0, 2))),
    };
    process.kill(this.#pid, 'SIGKILL');
    await until(`${this.#name} is gone`, async () => commandOf(this.#pid).length === 0);
    return () => this.#start(program);
  }

  /** It keeps its connections, and answers nothing; returns what lets it go on. */
  freeze(): () => void {
    process.kill(this.#pid, 'SIGSTOP');
    return () => void process.kill(this.#pid, 'SIGCONT');
  }

  #start({ command: [program, ...args], cwd, env }: Program): void {
    const log = openSync(join(home, 'log', `${this.#name}.log`), 'a');
    const child = spawn(program!, args, { cwd, env, detached: true, stdio: ['ignore', log, log] });
    child.unref();
    const before = `${this.#name} ${this.#pid}\n`;
    this.#pid = child.pid!;
    // What stops the cluster finds it there.
    writeFileSync(PIDS, readFileSync(PIDS, 'utf8').replace(before, `${this.#name} ${this.#pid}\n`));
  }
}

/** Resolves when the API server is ready, and serves the Gateway API's kinds too. */
export async function apiServerReady(): Promise<void> {
  const timeout = 5_000;
  await until('the API server is ready', async () => {
    for (const kind of ['Gateway', 'HTTPRoute', 'Deployment', 'EndpointSlice']) {
      await kube.request('GET', pathOf(kind, 'default'), { timeout });
    }
    return true;
  });
}

function commandOf(pid: number): string[] {
  return textsOf(pid, 'cmdline');
}

/** Empty when there is no such process, or only what its parent has not fetched yet. */
function textsOf(pid: number, file: 'cmdline' | 'environ'): string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}
