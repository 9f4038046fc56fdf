/** `headgate status`: the Gateways of a cluster, their proxies, and what is not as it should be. */
import { z } from 'zod';
import type { ShownProxy } from '../admin/source.ts';
import { parseSettings } from '../config/flag.ts';
import { inCluster } from './cluster/command.ts';
import { CLUSTER_FLAGS, type Connection } from './cluster/connection.ts';
import { ControllerError, controllerOf } from './cluster/controller-api.ts';
import { gatewayClasses, gatewaysOf } from './cluster/gateways.ts';
import { summaryOf } from './cluster/summary.ts';
import type { Command } from './command.ts';
import { summaryText } from './print/cluster.ts';
import { asData, OUTPUT_FLAG } from './print/output.ts';

const FLAGS = {
  namespace: {
    name: 'namespace',
    short: 'n',
    value: 'NAME',
    about: 'only Gateways and routes of this namespace',
    schema: z.string().min(1, 'must not be empty').optional(),
  },
  output: OUTPUT_FLAG,
  ...CLUSTER_FLAGS,
} as const;

/** Controllers of installations whose own cannot be asked for its name. */
const OUR_DOMAIN = 'headgate.dev/';

export const status: Command = {
  name: 'status',
  usage: '[-n NAMESPACE] [flags]',
  summary: 'show the Gateways of a cluster, their proxies, and what is wrong',
  about: [
    'Gateways with their address, how many of their proxies are ready and serve what they should, and their revision; then',
    'each Gateway, listener and route that is not as it should be, and why. Statuses come from the API server, proxies from',
    'the controller. Exits 1 when something is wrong.',
  ],
  flags: FLAGS,
  examples: ['headgate status', 'headgate status -n shop -o json'],

  async run(args, console) {
    const { settings } = parseSettings(FLAGS, args, console.env);
    return inCluster('status', settings, console, async (connection) => {
      const asked = await askController(connection).catch((error: unknown) => {
        if (!(error instanceof ControllerError)) throw error;
        console.err(`headgate status: ${error.message}\n`);
        return null;
      });
      const classes = (await gatewayClasses(connection.client)).filter(({ spec }) =>
        asked === null ? spec.controllerName.startsWith(OUR_DOMAIN) : spec.controllerName === asked.controllerName,
      );
      const found = await gatewaysOf(connection.client, settings.namespace ?? null, classes);
      const summary = summaryOf(found, asked?.proxies ?? null);
      console.out(settings.output === 'table' ? summaryText(summary) : asData(settings.output, summary));
      return summary.faults.length === 0 && asked !== null ? 0 : 1;
    });
  },
};

type Asked = { readonly controllerName: string; readonly proxies: readonly ShownProxy[] };

async function askController(connection: Connection): Promise<Asked> {
  return (await controllerOf(connection)).get<Asked>('/proxies');
}
