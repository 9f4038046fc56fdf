/** The demo's shop service: an HTTP server that says which version it is and what it received. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Milliseconds that `/report` takes, far longer than its route allows. */
const REPORT_TAKES = 5_000;

export class ShopBackend {
  readonly version: string;
  readonly #server: Server;

  constructor(version: string) {
    this.version = version;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  /** Listens on a free port of 127.0.0.1 and resolves with it. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const path = request.url ?? '/';
    const body = `shop ${this.version} received ${request.method} ${path} for ${request.headers.host}\n`;
    const send = (): void => {
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'x-shop-version': this.version });
      response.end(body);
    };
    if (path !== '/report') {
      send();
      return;
    }
    const timer = setTimeout(send, REPORT_TAKES);
    response.once('close', () => clearTimeout(timer));
  }
}
