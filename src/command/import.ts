/** `headgate import`: another gateway's configuration as manifests, and what became of each of its fields. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Flag, parseSettings, UsageError } from '../config/flag.ts';
import type { Command } from './command.ts';
import { importApinto } from './import/apinto/importer.ts';
import { reportTable, summary } from './import/core/report.ts';
import { type Importer, runImport } from './import/core/result.ts';
import { importKong } from './import/kong/importer.ts';
import { importOcelot } from './import/ocelot/importer.ts';
import { withoutComments } from './import/ocelot/json.ts';

const FORMATS: Readonly<Record<string, { importer: Importer; read: (text: string) => unknown }>> = {
  apinto: { importer: importApinto, read: (text) => parse(text) },
  kong: { importer: importKong, read: (text) => parse(text) },
  ocelot: { importer: importOcelot, read: (text) => JSON.parse(withoutComments(text)) },
};

const NAME = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

const FLAGS = {
  output: {
    name: 'output',
    short: 'o',
    value: 'DIR',
    about: 'write one file for each kind, and the report as report.txt, into this folder',
    schema: z.string().min(1, 'must be a path').optional(),
  },
  namespace: {
    name: 'namespace',
    short: 'n',
    value: 'NAME',
    about: 'where everything is made',
    fallback: 'default',
    schema: z.string().regex(NAME, 'must be the name of a namespace').default('default'),
  },
  gateway: {
    name: 'gateway',
    value: '[NAMESPACE/]NAME',
    about: 'the Gateway that routes are for (default: one is made, with its GatewayClass)',
    schema: z
      .string()
      .regex(/^(?:[a-z0-9-]+\/)?[a-z0-9.-]+$/, 'must be NAME or NAMESPACE/NAME')
      .optional(),
  },
  caseSensitive: {
    name: 'case-sensitive',
    value: null,
    about: 'ocelot: match paths in the case they are written in unless a route says otherwise',
    schema: z.boolean().default(false),
  },
} as const satisfies Record<string, Flag>;

export const importCommand: Command = {
  name: 'import',
  usage: 'kong|ocelot|apinto FILE [flags]',
  summary: "make manifests of another gateway's configuration",
  about: [
    'Reads a declarative configuration of Kong, a configuration of Ocelot, or an export of Apinto or APIPark, and writes the',
    'manifests that do the same. The report, on standard error, has a verdict for each field: translated, different, or',
    'not supported, and why. Exits 1 when a field is not supported.',
  ],
  flags: FLAGS,
  examples: ['headgate import kong kong.yaml > shop.yaml', 'headgate import ocelot ocelot.json -o manifests -n shop'],

  async run(args, console) {
    const { settings, positionals } = parseSettings(FLAGS, args, console.env, { min: 2, max: 2, names: 'FORMAT FILE' });
    const [format, file] = positionals as [string, string];
    const known = FORMATS[format];
    if (known === undefined) {
      throw new UsageError(`no such format: ${JSON.stringify(format)}; there are ${Object.keys(FORMATS).join(', ')}`);
    }
    let configuration: unknown;
    try {
      configuration = known.read(readFileSync(file, 'utf8'));
    } catch (error) {
      console.err(`${file}: cannot be read: ${(error as Error).message}\n`);
      return 1;
    }
    if (typeof configuration !== 'object' || configuration === null || Array.isArray(configuration)) {
      console.err(`${file}: is not a configuration of ${format}\n`);
      return 1;
    }
    const { caseSensitive, gateway, namespace } = settings;
    const options = { namespace, caseSensitive, gateway: gateway === undefined ? null : gatewayOf(gateway) };
    const { manifests, verdicts } = runImport(known.importer, configuration, options);
    if (settings.output === undefined) console.out(manifests.toYaml());
    else {
      mkdirSync(settings.output, { recursive: true });
      for (const [name, text] of manifests.toFiles()) writeFileSync(join(settings.output, name), text);
      writeFileSync(join(settings.output, 'report.txt'), reportTable(verdicts));
    }
    console.err(`${reportTable(verdicts)}\n${summary(verdicts)}\n`);
    return verdicts.some(({ verdict }) => verdict === 'not supported') ? 1 : 0;
  },
};

function gatewayOf(text: string): { name: string; namespace?: string } {
  const [first = '', second] = text.split('/');
  return second === undefined ? { name: first } : { namespace: first, name: second };
}
