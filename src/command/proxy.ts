/** `headgate proxy`: serves one Gateway of a cluster with the table that the controller gives it. */
import { parseSettings } from '../config/flag.ts';
import { PROXY_COMMAND_FLAGS } from '../config/proxy.ts';
import { limitHeapGrowth } from '../proxy/heap-growth.ts';
import type { Command } from './command.ts';
import { ProxyServer } from './proxy/server.ts';
import { proxySettings } from './proxy-settings.ts';
import { StopSignal } from './signal.ts';

/** Milliseconds after all is done until whatever still keeps the process running is given up. */
const LEFTOVERS = 500;

export const proxy: Command = {
  name: 'proxy',
  usage: '--gateway NS/NAME --controller URL [flags]',
  summary: 'serve one Gateway of a Kubernetes cluster; the controller starts these',
  about: [
    'Gets its routing table from the controller and serves it. Without a controller it serves its last good table, also',
    'after a restart. SIGTERM: not ready at once, connections are taken for --drain-delay, then requests finish.',
  ],
  flags: PROXY_COMMAND_FLAGS,
  examples: ['headgate proxy --gateway shop/web --controller https://headgate-controller.headgate-system.svc:9443'],

  async run(args, console) {
    limitHeapGrowth();
    const { settings } = parseSettings(PROXY_COMMAND_FLAGS, args, console.env);
    const stop = new StopSignal();
    const server = new ProxyServer({ ...settings, proxy: proxySettings({ ...settings, portOffset: 0 }) });
    await server.start();
    await stop.wait;
    await server.stop();
    // A connection that is still being opened to a controller that is gone outlives the HTTP/2 session that wants it, for as long
    // as the kernel tries. There is nothing left to do for it.
    setTimeout(() => process.exit(0), LEFTOVERS).unref();
    return 0;
  },
};
