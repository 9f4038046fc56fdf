/** `headgate standalone`: serves a folder of manifests and follows its changes, without a cluster. */
import { parseSettings } from '../config/flag.ts';
import { STANDALONE_FLAGS } from '../config/standalone.ts';
import type { Command } from './command.ts';
import { proxySettings } from './proxy-settings.ts';
import { untilStopped } from './signal.ts';
import { socketText } from './standalone/ports.ts';
import { StandaloneServer } from './standalone/server.ts';

export const standalone: Command = {
  name: 'standalone',
  usage: '-f PATH [flags]',
  summary: 'serve manifests from files, and follow their changes',
  about: [
    'Serves what the manifests ask for, prints the conditions of every object, and reloads on change. A document that is',
    'bad is reported as file:line field, and what it declared before keeps serving. SIGTERM and SIGINT drain: no new',
    'requests, those under way finish.',
  ],
  flags: STANDALONE_FLAGS,
  examples: [
    'headgate standalone -f examples/shop --port-offset 8000',
    'headgate standalone -f gateway.yaml -f routes/ --workers 2 --access-log -',
  ],

  async run(args, console) {
    const { settings } = parseSettings(STANDALONE_FLAGS, args, console.env);
    // Standard output belongs to the access log when it goes there.
    const say = settings.accessLog === '-' ? console.err : console.out;
    const server = new StandaloneServer({
      ...settings,
      proxy: proxySettings(settings),
      say: (line) => say(`${line}\n`),
    });
    const stopped = untilStopped();
    try {
      const { admin } = await server.start();
      if (admin !== null) say(`admin: http://${socketText(admin.address, admin.port)}/\n`);
    } catch (error) {
      console.err(`headgate standalone: ${(error as Error).message}\n`);
      await server.stop();
      return 1;
    }
    const signal = await stopped;
    say(`${signal}: draining, at most ${settings.drainTimeout / 1_000} s\n`);
    await server.stop();
    return 0;
  },
};
