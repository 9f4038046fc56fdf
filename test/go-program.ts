import { spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';

/** There is no program to test with, and none can be made. */
export class NoProgram extends Error {}

/**
 * Builds a program from its module, `<package>@<version>`, into a folder; returns its path. Go gets modules from its proxy, and
 * keeps them and what it compiled for the next time.
 *
 * @param otherwise what to do on a machine that has no Go
 */
export function buildGoProgram(source: string, folder: string, otherwise: string): string {
  const { error, status } = spawnSync('go', ['install', source], {
    // Where Go's own archive puts it, which not every shell knows.
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/local/go/bin`, GOBIN: folder },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const missing = (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
  if (missing)
    throw new NoProgram(`there is no Go to build ${source} with: install it (https://go.dev), or ${otherwise}`);
  if (error !== undefined || status !== 0)
    throw new NoProgram(`${source} could not be built; ${otherwise} to do without`);
  return join(folder, basename(source.slice(0, source.indexOf('@'))));
}

/** The exit status of tests that a machine cannot run, which is neither passed nor failed. */
const NOT_RUN = 3;

/** Runs `main`; a machine that cannot run it is told so in one line, and has not passed. */
export async function needingProgram(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof NoProgram)) throw error;
    console.error(`NOT RUN: ${error.message}`);
    process.exitCode = NOT_RUN;
  }
}

/** The file of `--json FILE`, in which the numbers of tests are written; null without. */
export function jsonFile(args: readonly string[]): string | null {
  const at = args.indexOf('--json');
  return at < 0 ? null : (args[at + 1] ?? null);
}
