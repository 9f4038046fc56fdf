import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BaselineSettings } from '../baseline.ts';
import { type Running, startPinned } from '../process.ts';
import type { Peer, Setup } from './peer.ts';

/** What a gateway built on Node's own server and the fastest public client would cost. */
export const baseline: Peer = {
  name: 'baseline',
  find: () => ({ path: process.execPath, environment: {}, version: process.versions.node }),
  abilities: () => [],
  start,
};

async function start(setup: Setup): Promise<Running> {
  const settings: BaselineSettings = {
    routes: setup.routes,
    services: setup.services,
    plainPort: setup.plainPort,
    tlsPort: setup.tlsPort,
    chain: setup.certificate.chain,
    key: setup.certificate.key,
  };
  const file = join(setup.folder, 'settings.json');
  writeFileSync(file, JSON.stringify(settings));
  return startPinned(
    setup.core,
    [process.execPath, join(import.meta.dirname, '../baseline.ts'), file],
    join(setup.folder, 'output.log'),
  );
}
