/** `headgate diff`: what differs between two revisions of a Gateway's table. */
import { z } from 'zod';
import { parseSettings } from '../config/flag.ts';
import { gatewayArgument, withController } from './cluster/command.ts';
import { CLUSTER_FLAGS } from './cluster/connection.ts';
import type { Command } from './command.ts';
import type { ShownDiff } from './controller/source.ts';
import { asData, OUTPUT_FLAG } from './print/output.ts';
import { diffText } from './print/revisions.ts';

const FLAGS = {
  all: {
    name: 'all',
    short: 'a',
    value: null,
    about: 'also endpoints, which no rollback changes',
    schema: z.boolean().default(false),
  },
  output: OUTPUT_FLAG,
  ...CLUSTER_FLAGS,
} as const;

export const diff: Command = {
  name: 'diff',
  usage: 'GATEWAY REVISION [REVISION] [flags]',
  summary: "say what differs between two revisions of a Gateway's table",
  about: [
    'Shows what leads from the first revision to the second, or to what is configured now: entries that were added, removed',
    'and changed, and their fields. A revision may be named by its first digits.',
  ],
  flags: FLAGS,
  examples: ['headgate diff shop/web 3f9c2b71d04e', 'headgate diff shop/web 3f9c 81aa -o yaml'],

  async run(args, console) {
    const { settings, positionals } = parseSettings(FLAGS, args, console.env, {
      min: 2,
      max: 3,
      names: 'GATEWAY REVISION',
    });
    const [name, from, to] = positionals as [string, string, string | undefined];
    const gateway = gatewayArgument(name);
    return withController('diff', settings, console, async (controller) => {
      const found = await controller.get<ShownDiff>('/diff', [
        ['gateway', gateway],
        ['from', from],
        ...(to === undefined ? [] : [['to', to] as const]),
      ]);
      const changes = found.changes.filter(({ collection }) => settings.all || collection !== 'endpoints');
      const shown = { ...found, changes };
      console.out(settings.output === 'table' ? diffText(shown) : asData(settings.output, shown));
      return 0;
    });
  },
};
