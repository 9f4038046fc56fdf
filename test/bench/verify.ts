/** Before anything is measured: does this proxy do the work at all, and is it the same work? */
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, expectAnswer } from './ask.ts';
import type { Case } from './cases.ts';
import type { Setup } from './peers/peer.ts';
import type { Running } from './process.ts';
import { LARGE_ANSWER_BYTES, type Route, SMALL_ANSWER, spread } from './routes.ts';
import { verifyHttp2 } from './verify-http2.ts';
import { verifyStreams } from './verify-streams.ts';

const PATIENCE_MILLIS = 120_000;

/** Until the last route answers. */
export async function untilReady(running: Running, setup: Setup, cases: readonly Case[]): Promise<void> {
  const deadline = Date.now() + PATIENCE_MILLIS;
  for (;;) {
    running.check();
    const wrong = await firstWrong(setup, cases);
    if (wrong === null) return;
    if (Date.now() > deadline) throw new Error(`not ready after ${PATIENCE_MILLIS / 1000} s: ${wrong}`);
    await sleep(50);
  }
}

/** What does not work yet. */
async function firstWrong(setup: Setup, cases: readonly Case[]): Promise<string | null> {
  if (setup.does === 'http2' || setup.does === 'streams') {
    return await verify(setup, cases).then(
      () => null,
      (error: Error) => error.message,
    );
  }
  const route = setup.routes.at(-1)!;
  const answer = await ask(setup.plainPort, false, route.host, `${route.prefix}/small`).catch(() => null);
  return answer?.status === 200 ? null : `its last answer was ${answer?.status ?? 'none'}`;
}

/** Throws with what is wrong. `cases` are those of the copy that are measured. */
export function verify(setup: Setup, cases: readonly Case[]): Promise<void> {
  if (setup.does === 'http2') return verifyHttp2(setup);
  return setup.does === 'streams' ? verifyStreams(setup, cases) : verifyHttp1(setup);
}

async function verifyHttp1(setup: Setup): Promise<void> {
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

async function expectNoRoute(port: number, tls: boolean, route: Route): Promise<void> {
  const { status } = await ask(port, tls, route.host, `${route.prefix}/small`);
  if (status !== 404) throw new Error(`${route.host}${route.prefix} has no route and answered ${status}`);
}
