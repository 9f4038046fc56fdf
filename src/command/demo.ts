/** `headgate demo`: the example shop with backends of its own, served on this machine, and requests to try. */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEMO_FLAGS } from '../config/demo.ts';
import { parseSettings } from '../config/flag.ts';
import type { Command, Console } from './command.ts';
import { EndpointsFile } from './demo/endpoints.ts';
import { ShopBackend } from './demo/shop-backend.ts';
import { Client, curlLine, type Visit, visits } from './demo/visit.ts';
import { routesTable } from './print/routes.ts';
import { table } from './print/table.ts';
import { StopSignal } from './signal.ts';
import { socketText, whyTaken } from './standalone/ports.ts';
import { StandaloneServer } from './standalone/server.ts';

const ADDRESS = '127.0.0.1';
const EXAMPLE = fileURLToPath(new URL('../../examples/shop', import.meta.url));

export const demo: Command = {
  name: 'demo',
  usage: '[--once] [--port N]',
  summary: 'serve the example shop on this machine, with requests to try',
  about: [
    'Starts two versions of a shop service and serves the manifests of examples/shop in front of them, by HTTP and by HTTPS.',
    'Stays until Ctrl-C; edit the manifests meanwhile, they are reloaded. With --once it sends the requests itself.',
  ],
  flags: DEMO_FLAGS,
  examples: ['headgate demo', 'headgate demo --once', 'headgate demo --port 9080'],

  async run(args, console) {
    const { settings } = parseSettings(DEMO_FLAGS, args, console.env);
    const ports = { http: settings.port, https: settings.port + 363 };
    for (const port of Object.values(ports)) {
      const taken = await whyTaken(socketText(ADDRESS, port));
      if (taken === '') continue;
      console.err(`headgate demo: ${taken}; stop that, or choose other ports with --port\n`);
      return 1;
    }
    const stop = new StopSignal();
    const backends = { 'shop-v1': new ShopBackend('v1'), 'shop-v2': new ShopBackend('v2') };
    const endpoints = new EndpointsFile('shop', {
      'shop-v1': await backends['shop-v1'].listen(),
      'shop-v2': await backends['shop-v2'].listen(),
    });
    const example = relative('.', EXAMPLE);
    const server = new StandaloneServer({
      files: [example, endpoints.path],
      recursive: false,
      address: ADDRESS,
      portOffset: settings.port - 80,
      admin: settings.once ? null : settings.admin,
      workers: settings.workers,
      logLevel: settings.logLevel,
      proxy: { address: ADDRESS, portOffset: settings.port - 80, drainDelay: 0, drainTimeout: 2_000 },
      say: (line) => console.out(`${line}\n`),
    });
    try {
      const { admin } = await server.start();
      for (const routing of server.translation.tables) console.out(`\n${routesTable(routing)}`);
      if (settings.once) return await visitAll(visits(ports), console);
      console.out(`\nThe manifests are in ${example}; edit them, and they are reloaded.\n`);
      if (admin !== null) console.out(`Admin: http://${socketText(admin.address, admin.port)}/\n`);
      console.out(`In a browser: http://shop.localhost:${ports.http}/\n\nTry:\n`);
      for (const visit of visits(ports)) console.out(`  # ${visit.title}\n  ${curlLine(visit)}\n`);
      console.out('\nCtrl-C stops.\n');
      await stop.wait;
      return 0;
    } catch (error) {
      if (stop.received !== null) return 0;
      console.err(`headgate demo: ${(error as Error).message}\n`);
      return 1;
    } finally {
      await server.stop();
      endpoints.remove();
      await Promise.all(Object.values(backends).map((backend) => backend.close()));
    }
  },
};

/** Sends every visit and prints what came back; resolves with the exit code. */
async function visitAll(all: readonly Visit[], console: Console): Promise<number> {
  const client = new Client();
  const rows: string[][] = [];
  let failed = 0;
  for (const visit of all) {
    const result = await visitOne(visit, client);
    if (result.fault !== '') failed++;
    rows.push([
      result.fault === '' ? 'ok' : 'FAILED',
      visit.title,
      result.told,
      result.fault === '' ? '' : `expected ${result.fault}`,
    ]);
  }
  client.close();
  console.out(`\n${table(['', 'REQUEST', 'CAME BACK', ''], rows)}`);
  console.out(failed === 0 ? `\nall ${all.length} as expected\n` : `\n${failed} of ${all.length} not as expected\n`);
  return failed === 0 ? 0 : 1;
}

async function visitOne(visit: Visit, client: Client): Promise<{ told: string; fault: string }> {
  try {
    const answers = await client.send(visit);
    return { told: visit.tell(answers), fault: visit.fault(answers) };
  } catch (error) {
    return { told: (error as Error).message, fault: 'an answer' };
  }
}
