import type { Command } from './command.ts';

type Loader = () => Promise<Command>;

/** All commands by name, in the order in which they are listed. */
const LOADERS: ReadonlyMap<string, Loader> = new Map<string, Loader>([
  ['demo', async () => (await import('./demo.ts')).demo],
  ['standalone', async () => (await import('./standalone.ts')).standalone],
  ['check', async () => (await import('./check.ts')).check],
  ['explain', async () => (await import('./explain.ts')).explain],
  ['status', async () => (await import('./status.ts')).status],
  ['history', async () => (await import('./history.ts')).history],
  ['diff', async () => (await import('./diff.ts')).diff],
  ['rollback', async () => (await import('./rollback.ts')).rollback],
  ['resume', async () => (await import('./resume.ts')).resume],
  ['import', async () => (await import('./import.ts')).importCommand],
  ['docs', async () => (await import('./docs.ts')).docs],
  ['controller', async () => (await import('./controller.ts')).controller],
  ['proxy', async () => (await import('./proxy.ts')).proxy],
]);

/** All of them, in the order in which they are listed. */
export function allCommands(): Promise<readonly Command[]> {
  return Promise.all([...LOADERS.values()].map((load) => load()));
}

/**
 * The command of this name, or all of them when there is none: a proxy need not have the program of a controller in its
 * memory.
 */
export async function commandsFor(name: string | undefined): Promise<readonly Command[]> {
  const load = LOADERS.get(name ?? '');
  return load === undefined ? allCommands() : [await load()];
}
