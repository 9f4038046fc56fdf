/** `headgate standalone`: serves a folder of manifests and follows its changes, without a cluster. */
import { closeSync, openSync } from 'node:fs';
import { parseSettings } from '../config/flag.ts';
import { STANDALONE_FLAGS } from '../config/standalone.ts';
import { ManifestFolder } from '../files/manifest-folder.ts';
import type { Command } from './command.ts';
import { proxySettings } from './proxy-settings.ts';
import { StopSignal } from './signal.ts';
import { standaloneParameters, withArguments } from './standalone/parameters.ts';
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
    const { settings: given } = parseSettings(STANDALONE_FLAGS, args, console.env);
    // A process decides these things when it starts; what the manifests say of them later waits for the next start.
    const parameters = standaloneParameters(new ManifestFolder(given.files, given.recursive).load().resources);
    const all = withArguments(STANDALONE_FLAGS, args, console.env, parameters.args);
    const { settings } = parseSettings(STANDALONE_FLAGS, all, console.env);
    // Standard output belongs to the access log when it goes there.
    const say = settings.accessLog === '-' ? console.err : console.out;
    const unwritable = settings.accessLog === undefined ? '' : whyUnwritable(settings.accessLog);
    if (unwritable !== '') {
      console.err(`headgate standalone: --access-log: ${unwritable}\n`);
      return 1;
    }
    for (const note of parameters.notes) say(`${note}\n`);
    const stop = new StopSignal();
    const server = new StandaloneServer({
      ...settings,
      proxy: proxySettings(settings),
      say: (line) => say(`${line}\n`),
    });
    try {
      const { admin } = await server.start();
      if (admin !== null) say(`admin: http://${socketText(admin.address, admin.port)}/\n`);
    } catch (error) {
      await server.stop();
      // A signal to the whole process group ends workers that have only begun to start.
      if (stop.received !== null) return 0;
      console.err(`headgate standalone: ${(error as Error).message}\n`);
      return 1;
    }
    process.on('SIGHUP', () => server.reopenAccessLog());
    const signal = await stop.wait;
    say(`${signal}: draining, at most ${settings.drainTimeout / 1_000} s\n`);
    await server.stop();
    return 0;
  },
};

/** Why the access log cannot be written to, or `''`. Asked once here, so that not every worker has to fail at it. */
function whyUnwritable(path: string): string {
  if (path === '-') return '';
  try {
    closeSync(openSync(path, 'a'));
    return '';
  } catch (error) {
    return `${path} cannot be written: ${(error as Error).message}`;
  }
}
