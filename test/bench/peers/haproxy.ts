import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GRPC_HOST, GRPC_METHODS, GRPC_SERVICE } from '../grpc.ts';
import { findDebian, type Program } from '../install.ts';
import { type Running, startPinned } from '../process.ts';
import { TLS_HOST } from '../routes.ts';
import type { Peer, Setup } from './peer.ts';

export const haproxy: Peer = {
  name: 'haproxy',
  find: (fetch) => findDebian('haproxy', fetch),
  abilities: () => ['http2', 'streams'],
  start,
};

async function start(setup: Setup, program: Program): Promise<Running> {
  const config = join(setup.folder, 'haproxy.cfg');
  const map = join(setup.folder, 'routes.map');
  writeFileSync(map, setup.routes.map((route) => `${route.host}${route.prefix}/ service${route.service}\n`).join(''));
  writeFileSync(config, setup.does === 'streams' ? streamConfiguration(setup) : configuration(setup, map));
  return startPinned(
    setup.core,
    [program.path, '-db', '-f', config],
    join(setup.folder, 'output.log'),
    program.environment,
  );
}

const GLOBALS = `global
  nbthread 1
  maxconn 8192
  ssl-default-bind-options ssl-min-ver TLSv1.3
defaults
  timeout connect 5s
  timeout client 3600s
  timeout server 60s`;

function configuration(setup: Setup, map: string): string {
  // `base` is host and path; a map looked up by prefix is a tree that finds the longest one.
  const http2 = setup.does === 'http2';
  return `${GLOBALS}
  mode http
  timeout http-keep-alive 3600s
  option http-keep-alive
  http-reuse always
frontend all
  bind 127.0.0.1:${setup.plainPort} backlog 4096
  bind 127.0.0.1:${setup.tlsPort} backlog 4096 ssl crt ${setup.certificate.both}${http2 ? ' alpn h2,http/1.1' : ''}
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Proto http if !{ ssl_fc }
  http-request set-header X-Forwarded-Proto https if { ssl_fc }
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header X-Forwarded-Port %[dst_port]
  http-request set-header X-Request-Id %[uuid()]
${http2 ? grpcRoutes() : ''}  use_backend %[base,map_beg(${map})]
  default_backend none
backend none
  http-request return status 404
${setup.services.map((port, i) => `backend service${i}\n  server one 127.0.0.1:${port}`).join('\n')}
${http2 ? GRPC_METHODS.map((method) => `backend ${method}\n  server one 127.0.0.1:${setup.backend.grpcPorts[method]} proto h2\n`).join('') : ''}`;
}

/** gRPC, whose method is the path. */
function grpcRoutes(): string {
  return GRPC_METHODS.map(
    (method) => `  use_backend ${method} if { base ${GRPC_HOST}/${GRPC_SERVICE}/${method} }\n`,
  ).join('');
}

/** TLS by server name, and TCP. */
function streamConfiguration({ backend, plainPort, services, tlsPort }: Setup): string {
  return `${GLOBALS}
  mode tcp
frontend tls
  bind 127.0.0.1:${tlsPort} backlog 4096
  tcp-request inspect-delay 5s
  tcp-request content accept if { req.ssl_hello_type 1 }
  use_backend tls if { req.ssl_sni ${TLS_HOST} }
frontend tcp
  bind 127.0.0.1:${plainPort} backlog 4096
  default_backend tcp
backend tls
  server one 127.0.0.1:${backend.tlsPort}
backend tcp
  server one 127.0.0.1:${services[0]}
`;
}
