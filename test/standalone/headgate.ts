/** Headgate as a user runs it: a child process, its output, its exit code. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export type Finished = { readonly code: number | null; readonly out: string; readonly err: string };

export class Headgate {
  readonly #child: ChildProcess;
  readonly #finished: Promise<Finished>;
  #listeners = new Set<() => void>();
  out = '';
  err = '';

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, ['src/main.ts', ...args], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => this.#take('out', text));
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => this.#take('err', text));
    this.#finished = new Promise((resolve) => {
      this.#child.once('close', (code) => resolve({ code, out: this.out, err: this.err }));
    });
    onTestFinished(async () => {
      this.#child.kill('SIGKILL');
      await this.#finished;
    });
  }

  #take(stream: 'out' | 'err', text: string): void {
    this[stream] += text;
    for (const listener of this.#listeners) listener();
  }

  /** Resolves with the match in what is printed from now on, or was already printed. Rejects after twenty seconds, or at the end. */
  said(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        this.#listeners.delete(look);
      };
      const look = (): void => {
        const match = pattern.exec(this.out.slice(from)) ?? pattern.exec(this.err);
        if (match === null) return;
        stop();
        resolve(match);
      };
      const fail = (why: string): void => {
        stop();
        reject(new Error(`${why} before ${pattern} was said; out:\n${this.out}\nerr:\n${this.err}`));
      };
      const timer = setTimeout(() => fail('twenty seconds went by'), 20_000);
      this.#listeners.add(look);
      void this.#finished.then(() => fail('the process ended'));
      look();
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  finished(): Promise<Finished> {
    return this.#finished;
  }
}

/** Runs a command to its end. */
export function headgate(...args: string[]): Promise<Finished> {
  return new Headgate(args).finished();
}

/** A folder of manifests that is removed after the test. */
export class Manifests {
  readonly path = mkdtempSync(join(tmpdir(), 'headgate-test-'));

  constructor(files: Readonly<Record<string, string>>) {
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    onTestFinished(() => rmSync(this.path, { recursive: true, force: true }));
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text);
  }

  remove(name: string): void {
    rmSync(join(this.path, name));
  }
}

/** An offset at which 80 and 443 are both free on this machine. */
export async function freeOffset(): Promise<number> {
  for (;;) {
    const offset = 10_000 + Math.floor(Math.random() * 20_000);
    if ((await isFree(80 + offset)) && (await isFree(443 + offset))) return offset;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
