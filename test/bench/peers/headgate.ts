import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  cacheManifest,
  gatewayManifests,
  grpcManifests,
  rateLimitManifest,
  routeManifests,
  streamManifests,
} from '../manifests.ts';
import { freePorts, type Running, startPinned } from '../process.ts';
import type { Peer, Setup } from './peer.ts';

export const headgate: Peer = {
  name: 'headgate',
  find: () => ({
    path: process.execPath,
    environment: {},
    version: `of this source, built, on Node ${process.versions.node}`,
  }),
  abilities: () => ['cache', 'limit', 'http2', 'streams', 'datagrams'],
  start: (setup) => startHeadgate(setup, null),
};

/** As it ships, built; parent and worker on the one core, metrics on, no access log. */
export async function startHeadgate(setup: Setup, generation: number | null): Promise<Running> {
  const manifests = manifestFolder(setup);
  mkdirSync(manifests);
  for (const [name, text] of Object.entries(manifestsFor(setup))) writeFileSync(join(manifests, name), text);
  if (setup.does !== 'streams') replaceRoutes(setup, generation);
  const [admin] = await freePorts(1);
  return startPinned(
    setup.core,
    [
      ...[process.execPath, resolve(import.meta.dirname, '../../../dist/main.js'), 'standalone', '-f', manifests],
      ...['--admin', `127.0.0.1:${admin}`, '--workers', '1'],
    ],
    join(setup.folder, 'output.log'),
  );
}

/** By file. */
function manifestsFor(setup: Setup): Record<string, string> {
  if (setup.does === 'streams') return { 'gateway.yaml': streamManifests(setup) };
  const gateway = gatewayManifests(setup.services, setup.plainPort, setup.tlsPort, setup.certificate);
  switch (setup.does) {
    case 'cache':
      return { 'gateway.yaml': gateway, 'cache.yaml': cacheManifest() };
    case 'limit':
      return { 'gateway.yaml': gateway, 'rate-limit.yaml': rateLimitManifest() };
    case 'http2':
      return { 'gateway.yaml': gateway, 'grpc.yaml': grpcManifests(setup.backend) };
    default:
      return { 'gateway.yaml': gateway };
  }
}

/** Puts new routes in the place of the old ones, all at once, as an editor or a sync tool would. */
export function replaceRoutes(setup: Setup, generation: number | null): void {
  const aside = join(setup.folder, 'routes.yaml.new');
  writeFileSync(aside, routeManifests(setup.routes, generation));
  renameSync(aside, join(manifestFolder(setup), 'routes.yaml'));
}

function manifestFolder(setup: Setup): string {
  return join(setup.folder, 'manifests');
}
