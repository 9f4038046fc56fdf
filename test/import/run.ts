/** Runs `headgate import` in this process. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { importCommand } from '../../src/command/import.ts';

export type Imported = {
  readonly code: number;
  readonly manifests: string;
  /** The verdict on each field, and why. */
  readonly verdicts: Readonly<Record<string, readonly [verdict: string, why: string]>>;
  readonly report: string;
};

/** `ports` replaces the ports of a sample. */
export async function runImport(
  format: string,
  sample: string,
  ports: Readonly<Record<number, number>> = {},
  ...flags: string[]
): Promise<Imported> {
  let out = '';
  let report = '';
  const code = await importCommand.run([format, resolve(import.meta.dirname, sample), ...flags], {
    env: {},
    out: (text) => {
      out += text;
    },
    err: (text) => {
      report += text;
    },
  });
  for (const [from, to] of Object.entries(ports)) out = out.replaceAll(from, String(to));
  const lines = report.split('\n').map((line) => /^(translated|different|not supported) +(\S+) +(.*)$/.exec(line));
  const verdicts = Object.fromEntries(
    lines.filter((line) => line !== null).map(([, verdict, field, why]) => [field!, [verdict!, why!] as const]),
  );
  return { code, manifests: out, verdicts, report };
}

/** The objects of a kind, by name. */
export function objectsOf(manifests: string, kind: string): Record<string, { spec: Record<string, unknown> }> {
  const all = parseAllDocuments(manifests).map((document) => document.toJS());
  return Object.fromEntries(all.filter((one) => one.kind === kind).map((one) => [one.metadata.name, one]));
}

/** Where a configuration was written for this test. */
export function written(config: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-import-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'configuration.json');
  writeFileSync(path, JSON.stringify(config));
  return path;
}
