/** `headgate resume`: releases a Gateway that was rolled back. */
import { parseSettings } from '../config/flag.ts';
import { gatewayArgument, withController } from './cluster/command.ts';
import { CLUSTER_FLAGS } from './cluster/connection.ts';
import { waitForProxies } from './cluster/wait.ts';
import type { Command } from './command.ts';

export const resume: Command = {
  name: 'resume',
  usage: 'GATEWAY [flags]',
  summary: 'serve a Gateway that was rolled back as it is configured again',
  about: [
    'Releases the pin of headgate rollback. headgate diff GATEWAY REVISION says before what this changes. Returns when every',
    'ready proxy serves what is configured; exits 1 when that takes longer than 30 s.',
  ],
  flags: CLUSTER_FLAGS,
  examples: ['headgate resume shop/web'],

  async run(args, console) {
    const { settings, positionals } = parseSettings(CLUSTER_FLAGS, args, console.env, {
      min: 1,
      max: 1,
      names: 'GATEWAY',
    });
    const gateway = gatewayArgument(positionals[0]!);
    return withController('resume', settings, console, async (controller) => {
      await controller.post('/resume', [['gateway', gateway]]);
      console.out(`Gateway ${gateway} is served as it is configured\n`);
      return waitForProxies(controller, gateway, null, console);
    });
  },
};
