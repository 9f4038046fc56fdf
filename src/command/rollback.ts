/** `headgate rollback`: pins a Gateway's table to a revision. */
import { parseSettings } from '../config/flag.ts';
import { gatewayArgument, withController } from './cluster/command.ts';
import { CLUSTER_FLAGS } from './cluster/connection.ts';
import { waitForProxies } from './cluster/wait.ts';
import type { Command } from './command.ts';
import type { ShownHistory } from './controller/source.ts';

export const rollback: Command = {
  name: 'rollback',
  usage: 'GATEWAY REVISION [flags]',
  summary: "serve an earlier revision of a Gateway's table until it is resumed",
  about: [
    'Pins the Gateway: its proxies serve the listeners, rules, backends and policies of that revision, whatever is changed',
    'in the cluster, with endpoints and renewed certificates as they are now. The Gateway gets the condition',
    'headgate.dev/Pinned. Returns when every ready proxy serves it; exits 1 when that takes longer than 30 s.',
  ],
  flags: CLUSTER_FLAGS,
  examples: ['headgate rollback shop/web 3f9c2b71d04e'],

  async run(args, console) {
    const { settings, positionals } = parseSettings(CLUSTER_FLAGS, args, console.env, {
      min: 2,
      max: 2,
      names: 'GATEWAY REVISION',
    });
    const [name, wanted] = positionals as [string, string];
    const gateway = gatewayArgument(name);
    return withController('rollback', settings, console, async (controller) => {
      const { pinned } = await controller.post<Pick<ShownHistory, 'pinned'>>('/rollback', [
        ['gateway', gateway],
        ['revision', wanted],
      ]);
      const revision = pinned!.revision;
      console.out(`Gateway ${gateway} is pinned to revision ${revision.slice(0, 12)}\n`);
      return waitForProxies(controller, gateway, revision, console);
    });
  },
};
