/** A reverse proxy of node:http and undici, made as lean as these allow: what Headgate's own codec is measured against. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { type Dispatcher, Pool } from 'undici';

export type BaselineSettings = {
  readonly routes: readonly { readonly host: string; readonly prefix: string; readonly service: number }[];
  readonly services: readonly number[];
  readonly plainPort: number;
  readonly tlsPort: number;
  /** Files, PEM. */
  readonly chain: string;
  readonly key: string;
};

/** Fields of one hop, which a proxy does not pass on (RFC 9110 §7.6.1), and those it sets itself. */
const NOT_FORWARDED = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'transfer-encoding', 'upgrade'],
  ...['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port', 'x-request-id', 'expect'],
]);

/** The answer's way back: undici calls it, it writes to node:http. */
class Answer implements Dispatcher.DispatchHandler {
  private readonly response: http.ServerResponse;
  private controller: Dispatcher.DispatchController | null = null;
  private readonly resume = () => this.controller?.resume();

  constructor(response: http.ServerResponse) {
    this.response = response;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200) return;
    this.response.writeHead(status, keptFields(controller.rawHeaders as Buffer[]));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.response.write(chunk)) return;
    controller.pause();
    this.response.once('drain', this.resume);
  }

  onResponseEnd(): void {
    this.response.end();
  }

  onResponseError(): void {
    if (this.response.headersSent) this.response.destroy();
    else this.response.writeHead(502).end();
  }
}

function keptFields(raw: readonly Buffer[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toString('latin1');
    if (!NOT_FORWARDED.has(name.toLowerCase())) kept.push(name, raw[i + 1]!.toString('latin1'));
  }
  return kept;
}

function main(settings: BaselineSettings): void {
  const pools = settings.services.map(
    (port) => new Pool(`http://127.0.0.1:${port}`, { connections: 512, allowH2: false, keepAliveTimeout: 60_000 }),
  );
  const hosts = new Map<string, Map<string, Pool>>();
  for (const route of settings.routes) {
    const prefixes = hosts.get(route.host) ?? new Map<string, Pool>();
    prefixes.set(route.prefix, pools[route.service]!);
    hosts.set(route.host, prefixes);
  }

  const serve = (protocol: string, port: string) => (request: http.IncomingMessage, response: http.ServerResponse) => {
    const path = request.url!;
    const host = request.headers.host ?? '';
    const slash = path.indexOf('/', 1);
    const pool = hosts.get(host)?.get(slash < 0 ? path : path.slice(0, slash));
    if (pool === undefined) {
      response.writeHead(404).end();
      return;
    }
    const headers: string[] = [];
    const raw = request.rawHeaders;
    for (let i = 0; i < raw.length; i += 2) {
      if (!NOT_FORWARDED.has(raw[i]!.toLowerCase())) headers.push(raw[i]!, raw[i + 1]!);
    }
    headers.push('X-Forwarded-For', (request.socket as Socket).remoteAddress ?? '', 'X-Forwarded-Proto', protocol);
    headers.push('X-Forwarded-Host', host, 'X-Forwarded-Port', port, 'X-Request-Id', randomUUID());
    const hasBody =
      request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
    pool.dispatch(
      { path, method: request.method as Dispatcher.HttpMethod, headers, body: hasBody ? request : null },
      new Answer(response),
    );
  };

  http.createServer(serve('http', String(settings.plainPort))).listen(settings.plainPort, '127.0.0.1', 4096);
  https
    .createServer(
      { cert: readFileSync(settings.chain), key: readFileSync(settings.key), minVersion: 'TLSv1.3' },
      serve('https', String(settings.tlsPort)),
    )
    .listen(settings.tlsPort, '127.0.0.1', 4096);
}

main(JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as BaselineSettings);
