/** `headgate history`: the last revisions of a Gateway's table. */
import { z } from 'zod';
import { parseSettings } from '../config/flag.ts';
import { gatewayArgument, withController } from './cluster/command.ts';
import { CLUSTER_FLAGS } from './cluster/connection.ts';
import type { Command } from './command.ts';
import type { ShownHistory } from './controller/source.ts';
import { asData, OUTPUT_FLAG } from './print/output.ts';
import { historyText, withoutEndpointsOnly } from './print/revisions.ts';

const FLAGS = {
  all: {
    name: 'all',
    short: 'a',
    value: null,
    about: 'also earlier revisions in which only endpoints changed',
    schema: z.boolean().default(false),
  },
  output: OUTPUT_FLAG,
  ...CLUSTER_FLAGS,
} as const;

export const history: Command = {
  name: 'history',
  usage: 'GATEWAY [flags]',
  summary: "list the last revisions of a Gateway's table in a cluster",
  about: [
    'GATEWAY is NAMESPACE/NAME. Lists when each revision was published and what changed with it, newest first, as the',
    'controller that leads remembers it: the last 100, since it started.',
  ],
  flags: FLAGS,
  examples: ['headgate history shop/web', 'headgate history shop/web --all -o json'],

  async run(args, console) {
    const { settings, positionals } = parseSettings(FLAGS, args, console.env, { min: 1, max: 1, names: 'GATEWAY' });
    const gateway = gatewayArgument(positionals[0]!);
    return withController('history', settings, console, async (controller) => {
      const found = await controller.get<ShownHistory>('/history', [['gateway', gateway]]);
      const shown = settings.all ? found : withoutEndpointsOnly(found);
      console.out(settings.output === 'table' ? historyText(shown) : asData(settings.output, shown));
      return 0;
    });
  },
};
