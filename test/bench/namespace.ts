/**
 * A network namespace of the run's own. Firewall rules and connection tracking of the machine, which a container runtime
 * or a cluster on it brings, cost every packet on loopback too, a third of a small request where it was measured; a new
 * namespace has none of them.
 */
import { spawn, spawnSync } from 'node:child_process';

const MARK = 'HEADGATE_BENCH_NAMESPACE';

export function inNamespace(): boolean {
  return process.env[MARK] !== undefined;
}

/**
 * Runs this program again inside a new namespace, with the same arguments, and gives its exit code; null where the
 * machine allows no namespace. Loopback is all there is inside, so that programs are to be fetched before.
 */
export async function runInNamespace(): Promise<number | null> {
  const enter = (...command: string[]) => {
    // Only root may do without a user namespace; inside one, root is a mere mapping.
    const options = process.getuid?.() === 0 ? ['--net'] : ['--net', '--map-root-user'];
    const script = 'PATH="$PATH:/usr/sbin:/sbin"; ip link set lo up && exec "$@"';
    return ['unshare', ...options, 'sh', '-c', script, 'sh', ...command];
  };
  const [probe, ...probeArguments] = enter('true');
  if (spawnSync(probe!, probeArguments, { stdio: 'ignore' }).status !== 0) return null;
  const [program, ...programArguments] = enter(process.execPath, ...process.execArgv, ...process.argv.slice(1));
  const child = spawn(program!, programArguments, { stdio: 'inherit', env: { ...process.env, [MARK]: '1' } });
  // A terminal sends Ctrl-C to both, everything else sends its signal to this process only.
  const passOn = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, passOn);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
