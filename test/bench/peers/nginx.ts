import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findDebian, type Program } from '../install.ts';
import { type Running, startPinned } from '../process.ts';
import { byHost } from '../routes.ts';
import type { Peer, Setup } from './peer.ts';

export const nginx: Peer = {
  name: 'nginx',
  caches: true,
  limits: true,
  find: (fetch) => findDebian('nginx', fetch),
  start,
};

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
  writeFileSync(config, configuration(setup));
  return startPinned(
    setup.core,
    [program.path, '-c', config, '-e', join(setup.folder, 'error.log')],
    join(setup.folder, 'output.log'),
    program.environment,
  );
}

function configuration(setup: Setup): string {
  const { caches, folder, limits, services, plainPort, tlsPort, certificate } = setup;
  const listen = (suffix: string) =>
    `    listen 127.0.0.1:${plainPort}${suffix};\n    listen 127.0.0.1:${tlsPort} ssl${suffix};`;
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
${caches ? cache(folder) : ''}${limits ? LIMIT : ''}${services
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
