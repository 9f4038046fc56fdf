/** The backend that every peer proxies: nginx with one worker, on the core of the load generator. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from './install.ts';
import { NGINX_EVENTS, nginxFolders, nginxGlobals } from './peers/nginx.ts';
import { freePorts, type Running, startPinned } from './process.ts';
import { LARGE_ANSWER_BYTES, makePage, prefixes, SERVICES, SMALL_ANSWER } from './routes.ts';

export type Backend = {
  readonly process: Running;
  /** One port a service. */
  readonly ports: readonly number[];
};

export async function startBackend(nginx: Program, core: number, folder: string): Promise<Backend> {
  mkdirSync(folder);
  const ports = await freePorts(SERVICES);
  const large = join(folder, 'large');
  writeFileSync(large, Buffer.alloc(LARGE_ANSWER_BYTES, 'x'));
  const page = join(folder, 'page');
  writeFileSync(page, makePage());
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    `${nginxGlobals(folder)}
${NGINX_EVENTS}
http {
  access_log off;
  keepalive_timeout 3600s;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  sendfile on;
  tcp_nopush on;
  default_type text/plain;
${nginxFolders(folder)}
  server {
${ports.map((port) => `    listen 127.0.0.1:${port} backlog=4096;`).join('\n')}
    location / { return 200 "${SMALL_ANSWER.replace('\n', '\\n')}"; }
${prefixes()
  .flatMap((prefix) => [
    `    location = ${prefix}/page { default_type text/html; alias ${page}; }`,
    `    location = ${prefix}/json { default_type application/json; return 200 '{"name":"one"}'; }`,
    `    location = ${prefix}/large { alias ${large}; }`,
    `    location = ${prefix}/who { return 200 "$server_port $content_length"; }`,
  ])
  .join('\n')}
  }
}
`,
  );
  const process = startPinned(
    core,
    [nginx.path, '-c', config, '-e', join(folder, 'error.log')],
    join(folder, 'output.log'),
    nginx.environment,
  );
  return { process, ports };
}
