import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findDebian, type Program } from '../install.ts';
import { type Running, startPinned } from '../process.ts';
import type { Peer, Setup } from './peer.ts';

export const haproxy: Peer = {
  name: 'haproxy',
  find: (fetch) => findDebian('haproxy', fetch),
  start,
};

async function start(setup: Setup, program: Program): Promise<Running> {
  const config = join(setup.folder, 'haproxy.cfg');
  const map = join(setup.folder, 'routes.map');
  writeFileSync(map, setup.routes.map((route) => `${route.host}${route.prefix}/ service${route.service}\n`).join(''));
  writeFileSync(config, configuration(setup, map));
  return startPinned(
    setup.core,
    [program.path, '-db', '-f', config],
    join(setup.folder, 'output.log'),
    program.environment,
  );
}

function configuration(setup: Setup, map: string): string {
  // `base` is host and path; a map looked up by prefix is a tree that finds the longest one.
  return `global
  nbthread 1
  maxconn 8192
  ssl-default-bind-options ssl-min-ver TLSv1.3
defaults
  mode http
  timeout connect 5s
  timeout client 3600s
  timeout server 60s
  timeout http-keep-alive 3600s
  option http-keep-alive
  http-reuse always
frontend all
  bind 127.0.0.1:${setup.plainPort} backlog 4096
  bind 127.0.0.1:${setup.tlsPort} backlog 4096 ssl crt ${setup.certificate.both}
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Proto http if !{ ssl_fc }
  http-request set-header X-Forwarded-Proto https if { ssl_fc }
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header X-Forwarded-Port %[dst_port]
  http-request set-header X-Request-Id %[uuid()]
  use_backend %[base,map_beg(${map})]
  default_backend none
backend none
  http-request return status 404
${setup.services.map((port, i) => `backend service${i}\n  server one 127.0.0.1:${port}`).join('\n')}
`;
}
