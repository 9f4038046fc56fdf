import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isIP } from 'node:net';
import type { HTTPVersion, Instance } from 'find-my-way';
import router from 'find-my-way';
import type { Logger } from '../observe/log.ts';
import type { Reply, Route } from './route/reply.ts';
import { BadRequest, json } from './route/reply.ts';
import { HEALTH_ROUTES, PROXY_ROUTES } from './routes.ts';
import { type AdminSource, SourceError } from './source.ts';

// An import would make a module of node:http, which reads all that it exports: for WebSocket, Node loads its fetch, of 3 MiB.
const { createServer } = process.getBuiltinModule('node:http');

type Listed = Pick<Route, 'method' | 'path' | 'about' | 'parameters'>;

function indexOf(routes: readonly Listed[]): Route {
  return {
    path: '/',
    about: 'This list.',
    parameters: [],
    answer: () =>
      json(200, {
        endpoints: routes.map(({ method = 'GET', path, about, parameters }) => ({ method, path, about, parameters })),
      }),
  };
}

export type AdminOptions = {
  /** IP address to listen on; 127.0.0.1 by default: whoever reaches the port may read the routing tables. */
  readonly address?: string;
  /** 9901 by default; 0 for any free one. */
  readonly port?: number;
  /**
   * Host names that requests may use besides IP addresses and `localhost`. Any other is refused with 403, so that a web page
   * cannot read the port by pointing its own name at it (DNS rebinding).
   */
  readonly hostnames?: readonly string[];
  /** Only `/healthz`, `/readyz` and `/metrics`: for an address that others can reach. */
  readonly healthOnly?: boolean;
  /** Those of a proxy by default. */
  readonly routes?: readonly Route[];
  readonly source: AdminSource;
  readonly log: Logger;
};

const METHODS = [
  ['GET', 'GET, HEAD'],
  ['POST', 'POST'],
] as const;

/** How long answers under way may take once the server closes, in milliseconds. */
const CLOSE_GRACE = 1000;

/**
 * A request that changes something must have it, whatever its value. A web page cannot send it to us: its browser would
 * ask first, and get no permission.
 */
export const CHANGE_HEADER = 'headgate-request';

/** The admin server: HTTP, answers in JSON except for `/metrics`. Only what is asked by POST changes anything. */
export class AdminServer {
  #server: Server;
  #router: Instance<HTTPVersion.V1>;
  #options: AdminOptions;
  #hostnames: ReadonlySet<string>;
  #routes: readonly Route[];

  constructor(options: AdminOptions) {
    this.#options = options;
    this.#hostnames = new Set(['localhost', ...(options.hostnames ?? [])]);
    this.#routes = options.healthOnly === true ? HEALTH_ROUTES : (options.routes ?? PROXY_ROUTES);
    this.#router = router({
      ignoreTrailingSlash: true,
      defaultRoute: (request, response) => send(response, this.#unknown(request)),
      onBadUrl: (_path, _request, response) => send(response, failure(400, 'the path is not properly encoded')),
    });
    for (const route of [indexOf(this.#routes), ...this.#routes]) {
      this.#router.on(route.method ?? ['GET', 'HEAD'], route.path, (request, response) => {
        void this.#answer(route, request, response);
      });
    }
    this.#server = createServer({ maxHeaderSize: 16 * 1024, headersTimeout: 5000, requestTimeout: 10_000 });
    this.#server.keepAliveTimeout = 5000;
    this.#server.maxConnections = 128;
    this.#server.on('request', (request: IncomingMessage, response: ServerResponse) => this.#take(request, response));
  }

  /** Resolves with the address when the server listens; rejects when the address cannot be had. */
  listen(): Promise<{ readonly address: string; readonly port: number }> {
    const { address = '127.0.0.1', port = 9901 } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: address, port }, () => {
        this.#server.off('error', reject);
        this.#server.on('error', (error) => this.#options.log.error({ err: error }, 'admin server'));
        const bound = this.#server.address() as AddressInfo;
        resolve({ address: bound.address, port: bound.port });
      });
    });
  }

  /** Takes no new connections, lets answers under way finish for a second, and resolves when every connection is closed. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), CLOSE_GRACE);
    await closed;
    clearTimeout(timer);
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const { headers } = request;
    // No endpoint takes a body; one that comes all the same must not be read as the next request, nor waited for.
    if (headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0') {
      response.setHeader('Connection', 'close');
    }
    if (!this.#server.listening) response.setHeader('Connection', 'close');
    const host = hostOf(headers.host ?? '');
    if (isIP(host) === 0 && !this.#hostnames.has(host)) {
      send(response, failure(403, `host ${JSON.stringify(host)} is not served here: use an IP address or localhost`));
      return;
    }
    this.#router.lookup(request, response);
  }

  async #answer(route: Route, request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (route.method === 'POST' && request.headers[CHANGE_HEADER] === undefined) {
        send(response, failure(403, `a request that changes something needs the header ${CHANGE_HEADER}`));
        return;
      }
      const url = request.url!;
      const query = url.indexOf('?');
      const parameters = new URLSearchParams(query < 0 ? '' : url.slice(query + 1));
      for (const name of parameters.keys()) {
        if (!route.parameters.includes(name)) {
          throw new BadRequest(
            `${name}: ${route.path} has no such parameter; it has: ${route.parameters.join(', ') || 'none'}`,
          );
        }
      }
      send(response, await route.answer(this.#options.source, parameters));
    } catch (error) {
      if (error instanceof BadRequest || error instanceof SourceError) {
        send(response, failure(400, error.message));
        return;
      }
      this.#options.log.error({ err: error, path: route.path }, 'admin request failed');
      send(response, failure(500, 'the request failed; the log says why'));
    }
  }

  #unknown(request: IncomingMessage): Reply & { readonly allow?: string } {
    const path = request.url!.split('?')[0]!;
    for (const [method, allow] of METHODS) {
      if (this.#router.find(method, path) === null) continue;
      return { ...failure(405, `${request.method} is not allowed, only ${allow.replace(',', ' and')}`), allow };
    }
    const paths = this.#routes.map((route) => route.path).join(', ');
    return failure(404, `there is no ${path}; there are: ${paths}`);
  }
}

function failure(code: number, error: string): Reply {
  return json(code, { error });
}

function send(response: ServerResponse, reply: Reply & { readonly allow?: string }): void {
  if (response.destroyed) return;
  const body = Buffer.from(reply.body);
  response.statusCode = reply.status;
  response.setHeader('Content-Type', reply.type);
  response.setHeader('Content-Length', body.length);
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  if (reply.allow !== undefined) response.setHeader('Allow', reply.allow);
  response.end(body);
}

/** The host of a `Host` field without port and brackets, in lower case. */
function hostOf(field: string): string {
  const host = field.startsWith('[') ? field.slice(1, Math.max(1, field.indexOf(']'))) : field.replace(/:\d*$/, '');
  return host.toLowerCase();
}
