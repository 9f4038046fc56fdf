import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GRPC_HOST, GRPC_METHODS, GRPC_SERVICE } from '../grpc.ts';
import { type Found, findDebian, findNginxStreams, type Program } from '../install.ts';
import { type Running, startPinned } from '../process.ts';
import { byHost, TLS_HOST } from '../routes.ts';
import type { Peer, Setup } from './peer.ts';

export const nginx: Peer = {
  name: 'nginx',
  abilities: (program) => [
    ...(['cache', 'limit', 'http2'] as const),
    ...(typeof findNginxStreams(program, false) === 'string' ? [] : (['streams', 'datagrams'] as const)),
  ],
  find: (fetch) => findDebian('nginx', fetch),
  start,
};

/** What loads the module for streams, if there is one that has to be loaded. */
export function nginxModules(streams: Found): string {
  return typeof streams === 'string' || streams.path === '' ? '' : `load_module ${streams.path};\n`;
}

/** What stands before the blocks of a configuration: in the foreground, one worker. */
export function nginxGlobals(folder: string): string {
  // Started by root, workers would become somebody who may not enter the folder.
  const user = process.getuid?.() === 0 ? 'user root;\n' : '';
  return `daemon off;
worker_processes 1;
${user}pid ${join(folder, 'pid')};
error_log ${join(folder, 'error.log')} error;`;
}

export const NGINX_EVENTS = 'events { worker_connections 8192; }';

/** Without these nginx insists on folders of the system. */
export function nginxFolders(folder: string): string {
  return ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `  ${kind}_temp_path ${join(folder, 'temp')};`)
    .join('\n');
}

async function start(setup: Setup, program: Program): Promise<Running> {
  mkdirSync(join(setup.folder, 'temp'));
  const config = join(setup.folder, 'nginx.conf');
  const text =
    setup.does === 'streams'
      ? nginxModules(findNginxStreams(program, false)) + streamConfiguration(setup)
      : configuration(setup);
  writeFileSync(config, text);
  return startPinned(
    setup.core,
    [program.path, '-c', config, '-e', join(setup.folder, 'error.log')],
    join(setup.folder, 'output.log'),
    program.environment,
  );
}

function configuration(setup: Setup): string {
  const { does, folder, services, plainPort, tlsPort, certificate } = setup;
  const version = does === 'http2' ? ' http2' : '';
  const listen = (suffix: string) =>
    `    listen 127.0.0.1:${plainPort}${version}${suffix};\n    listen 127.0.0.1:${tlsPort} ssl${version}${suffix};`;
  const servers: string[] = [];
  for (const [host, routes] of byHost(setup.routes)) {
    const locations = routes.map(
      (route) => `    location ${route.prefix}/ { proxy_pass http://service${route.service}; }`,
    );
    servers.push(
      `  server {\n${listen('')}\n    server_name ${host};\n${locations.join('\n')}\n    location / { return 404; }\n  }`,
    );
  }
  return `${nginxGlobals(folder)}
${NGINX_EVENTS}
http {
  access_log off;
  keepalive_timeout 3600s;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  tcp_nodelay on;
  server_names_hash_max_size 4096;
${nginxFolders(folder)}
  ssl_certificate ${certificate.chain};
  ssl_certificate_key ${certificate.key};
  ssl_protocols TLSv1.3;
  # Bodies go through memory as they come, as in the other proxies.
  proxy_request_buffering off;
  proxy_max_temp_file_size 0;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header X-Forwarded-Host $http_host;
  proxy_set_header X-Forwarded-Port $server_port;
  proxy_set_header X-Request-Id $request_id;
${does === 'cache' ? cache(folder) : ''}${does === 'limit' ? LIMIT : ''}${services
  .map(
    (port, i) =>
      `  upstream service${i} { server 127.0.0.1:${port}; keepalive 512; keepalive_requests 1000000000; keepalive_timeout 3600s; }`,
  )
  .join('\n')}
  server {
${listen(' default_server backlog=4096')}
    return 404;
  }
${servers.join('\n')}
${does === 'http2' ? grpcServer(setup, listen('')) : ''}}
`;
}

/** gRPC, whose method is the path. */
function grpcServer({ backend }: Setup, listen: string): string {
  const groups = GRPC_METHODS.map(
    (method) =>
      `  upstream ${method} { server 127.0.0.1:${backend.grpcPorts[method]}; keepalive 512; keepalive_requests 1000000000; keepalive_timeout 3600s; }`,
  );
  const locations = GRPC_METHODS.map(
    (method) => `    location = /${GRPC_SERVICE}/${method} { grpc_pass grpc://${method}; }`,
  );
  const fields = ['X-Forwarded-For $remote_addr', 'X-Forwarded-Proto $scheme', 'X-Request-Id $request_id'];
  return `${groups.join('\n')}
  server {
${listen}
    server_name ${GRPC_HOST};
    grpc_set_header Host $http_host;
    grpc_set_header X-Forwarded-Host $http_host;
    grpc_set_header X-Forwarded-Port $server_port;
${fields.map((field) => `    grpc_set_header ${field};`).join('\n')}
${locations.join('\n')}
    location / { return 404; }
  }
`;
}

/** TLS by server name, TCP and UDP. */
function streamConfiguration({ backend, folder, plainPort, tlsPort, datagramPort, services }: Setup): string {
  return `${nginxGlobals(folder)}
${NGINX_EVENTS}
stream {
  proxy_timeout 3600s;
  tcp_nodelay on;
  map $ssl_preread_server_name $by_name { ${TLS_HOST} 127.0.0.1:${backend.tlsPort}; }
  server {
    listen 127.0.0.1:${tlsPort} backlog=4096;
    ssl_preread on;
    proxy_pass $by_name;
  }
  server {
    listen 127.0.0.1:${plainPort} backlog=4096;
    proxy_pass 127.0.0.1:${services[0]};
  }
  server {
    listen 127.0.0.1:${datagramPort} udp;
    proxy_pass 127.0.0.1:${backend.datagramPort};
  }
}
`;
}

/** Counts the requests of each client, at a rate that is never met. */
const LIMIT = `  limit_req_zone $binary_remote_addr zone=clients:8m rate=1000000r/s;
  limit_req zone=clients burst=1000000 nodelay;
`;

/** What proxy_cache needs; what it keeps is in files, which the system keeps in memory. */
function cache(folder: string): string {
  return `  proxy_cache_path ${join(folder, 'cache')} keys_zone=answers:8m max_size=64m inactive=1h use_temp_path=off;
  proxy_cache answers;
  proxy_cache_valid 200 1h;
  open_file_cache max=1000 inactive=1h;
`;
}
