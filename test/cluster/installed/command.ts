/** The commands of the program, run against the cluster. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { RELEASE, SYSTEM } from './cluster.ts';

const MAIN = join(import.meta.dirname, '../../../src/main.ts');

export type Finished = { readonly code: number; readonly out: string; readonly err: string };

export function headgate(...args: string[]): Promise<Finished> {
  const env = { ...process.env, HEADGATE_INSTALLATION: `${SYSTEM}/${RELEASE}` };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env, maxBuffer: 64 << 20 }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, out, err });
    });
  });
}

// biome-ignore lint/suspicious/noExplicitAny: what is looked into differs by command.
export async function headgateJson(...args: string[]): Promise<any> {
  const { out, err } = await headgate(...args, '-o', 'json');
  if (out === '') throw new Error(err);
  return JSON.parse(out);
}
