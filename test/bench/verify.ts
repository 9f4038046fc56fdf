/** Before anything is measured: does this proxy do the work at all, and is it the same work? */
import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Setup } from './peers/peer.ts';
import type { Running } from './process.ts';
import { LARGE_ANSWER_BYTES, type Route, SMALL_ANSWER, spread } from './routes.ts';

type Answer = { readonly status: number; readonly body: string; readonly headers: http.IncomingHttpHeaders };

const PATIENCE_MILLIS = 120_000;

export function ask(
  port: number,
  tls: boolean,
  host: string,
  path: string,
  body: string | null = null,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path,
      method: body === null ? 'GET' : 'POST',
      headers: { host, ...(body === null ? {} : { 'content-length': body.length }) },
      agent: false,
      rejectUnauthorized: false,
      servername: 'localhost',
    } as const;
    const request = (tls ? https : http).request(options, (response) => {
      let text = '';
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body ?? undefined);
  });
}

/** Until the last route answers. */
export async function untilReady(running: Running, setup: Setup): Promise<void> {
  const route = setup.routes.at(-1)!;
  const deadline = Date.now() + PATIENCE_MILLIS;
  for (;;) {
    running.check();
    const answer = await ask(setup.plainPort, false, route.host, `${route.prefix}/small`).catch(() => null);
    if (answer?.status === 200) return;
    if (Date.now() > deadline) {
      throw new Error(`not ready after ${PATIENCE_MILLIS / 1000} s; its last answer was ${answer?.status ?? 'none'}`);
    }
    await sleep(50);
  }
}

/** Throws with what is wrong. */
export async function verify(setup: Setup): Promise<void> {
  const posted = 'x'.repeat(64 * 1024);
  for (const tls of [false, true]) {
    const port = tls ? setup.tlsPort : setup.plainPort;
    for (const route of spread(setup.routes).slice(0, 20)) {
      const where = `${tls ? 'https' : 'http'} ${route.host}${route.prefix}`;
      const service = setup.services[route.service];
      expectAnswer(where, await ask(port, tls, route.host, `${route.prefix}/small`), SMALL_ANSWER);
      expectAnswer(where, await ask(port, tls, route.host, `${route.prefix}/who`), `${service} `);
      const answer = await ask(port, tls, route.host, `${route.prefix}/who`, posted);
      expectAnswer(`POST ${where}`, answer, `${service} ${posted.length}`);
    }
    const route = setup.routes[0]!;
    const large = await ask(port, tls, route.host, `${route.prefix}/large`);
    if (large.body.length !== LARGE_ANSWER_BYTES) throw new Error(`large answer has ${large.body.length} bytes`);
    await expectNoRoute(port, tls, { ...route, host: 'unknown.bench.example' });
    await expectNoRoute(port, tls, { ...route, prefix: `${route.prefix}9999` });
  }
}

function expectAnswer(where: string, answer: Answer, body: string): void {
  if (answer.status === 200 && answer.body === body) return;
  throw new Error(`${where} answered ${answer.status} ${JSON.stringify(answer.body.slice(0, 100))}`);
}

async function expectNoRoute(port: number, tls: boolean, route: Route): Promise<void> {
  const { status } = await ask(port, tls, route.host, `${route.prefix}/small`);
  if (status !== 404) throw new Error(`${route.host}${route.prefix} has no route and answered ${status}`);
}
