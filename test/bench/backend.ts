/** What every peer proxies: nginx with one worker, and a gRPC backend of our own, on the core of the load generator. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificate } from './certificate.ts';
import type { GrpcMethod } from './grpc.ts';
import { findNginxStreams, type Program } from './install.ts';
import { NGINX_EVENTS, nginxFolders, nginxGlobals, nginxModules } from './peers/nginx.ts';
import { freePorts, type Running, startPinned } from './process.ts';
import { LARGE_ANSWER_BYTES, prefixes, SERVICES, SMALL_ANSWER } from './routes.ts';

/** Ports of 127.0.0.1. */
export type Backend = {
  readonly processes: readonly Running[];
  /** HTTP/1.1, one port a service. */
  readonly ports: readonly number[];
  /** HTTP/1.1 over TLS, the same answers. */
  readonly tlsPort: number;
  /** gRPC without TLS, a port for each method. */
  readonly grpcPorts: Readonly<Record<GrpcMethod, number>>;
  /** Answers each datagram with `SMALL_ANSWER`; null where nginx has no module for it. */
  readonly datagramPort: number | null;
};

export async function startBackend(
  nginx: Program,
  core: number,
  folder: string,
  certificate: Certificate,
): Promise<Backend> {
  mkdirSync(folder);
  const ports = await freePorts(SERVICES);
  const [tlsPort, unaryPort, streamPort, datagramPort] = (await freePorts(4)) as [number, number, number, number];
  const streams = findNginxStreams(nginx, false);
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    `${nginxModules(streams)}${nginxGlobals(folder)}
${NGINX_EVENTS}
${httpBlock(folder, ports, tlsPort, certificate)}
${typeof streams === 'string' ? '' : datagramBlock(datagramPort)}`,
  );
  const server = startPinned(
    core,
    [nginx.path, '-c', config, '-e', join(folder, 'error.log')],
    join(folder, 'output.log'),
    nginx.environment,
  );
  const grpc = startPinned(
    core,
    [process.execPath, join(import.meta.dirname, 'grpc-backend.ts'), String(unaryPort), String(streamPort)],
    join(folder, 'grpc.log'),
  );
  return {
    processes: [server, grpc],
    ports,
    tlsPort,
    grpcPorts: { Unary: unaryPort, Stream: streamPort },
    datagramPort: typeof streams === 'string' ? null : datagramPort,
  };
}

function httpBlock(folder: string, ports: readonly number[], tlsPort: number, certificate: Certificate): string {
  const large = join(folder, 'large');
  writeFileSync(large, Buffer.alloc(LARGE_ANSWER_BYTES, 'x'));
  return `http {
  access_log off;
  keepalive_timeout 3600s;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  sendfile on;
  tcp_nopush on;
  default_type text/plain;
${nginxFolders(folder)}
  ssl_certificate ${certificate.chain};
  ssl_certificate_key ${certificate.key};
  ssl_protocols TLSv1.3;
  server {
${ports.map((port) => `    listen 127.0.0.1:${port} backlog=4096;`).join('\n')}
    listen 127.0.0.1:${tlsPort} ssl backlog=4096;
    location / { return 200 "${NGINX_ANSWER}"; }
${prefixes()
  .flatMap((prefix) => [
    `    location = ${prefix}/large { alias ${large}; }`,
    `    location = ${prefix}/who { return 200 "$server_port $content_length"; }`,
  ])
  .join('\n')}
  }
}`;
}

function datagramBlock(port: number): string {
  return `stream {
  server {
    listen 127.0.0.1:${port} udp;
    return "${NGINX_ANSWER}";
  }
}
`;
}

const NGINX_ANSWER = SMALL_ANSWER.replace('\n', '\\n');
