/** Before anything is measured: do the routes with policies answer, and do the policies hold? */
import { createConnection } from 'node:net';
import { SMALL_ANSWER } from '../routes.ts';
import type { PolicyCase } from './case.ts';
import { hostOf, PLAIN } from './manifests.ts';

type Answer = { readonly status: number; readonly head: string; readonly body: Buffer };

/** One request over a connection of its own, from a loopback address. */
export function ask(
  port: number,
  host: string,
  path: string,
  fields: readonly string[],
  from: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const socket = createConnection({ host: '127.0.0.1', port, localAddress: from });
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.on('error', reject);
    socket.on('close', () => {
      const bytes = Buffer.concat(parts);
      const end = bytes.indexOf('\r\n\r\n');
      const head = bytes.toString('latin1', 0, end + 2);
      resolve({ status: Number(head.slice(9, 12)), head, body: bytes.subarray(end + 4) });
    });
    socket.write([`GET ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...fields, '', ''].join('\r\n'));
  });
}

export function pathOf({ answer }: PolicyCase): string {
  return `/svc0/${answer ?? 'small'}`;
}

/** Throws with what is wrong. */
export async function verifyCase(each: PolicyCase, port: number): Promise<void> {
  const { fields = [], name, shows = {} } = each;
  const host = hostOf(name);
  const plain = await ask(port, hostOf(PLAIN), pathOf(each), fields, '127.0.0.1');
  if (plain.status !== 200) throw new Error(`without ${name}: answered ${plain.status}`);
  // A cache has nothing for the first request.
  await ask(port, host, pathOf(each), fields, '127.0.0.1');
  const { body, head, status } = await ask(port, host, pathOf(each), fields, '127.0.0.1');
  const isRight = shows.body ?? ((bytes) => each.answer === 'page' || bytes.toString() === SMALL_ANSWER);
  if (status !== 200 || !isRight(body)) throw new Error(`${name} answered ${head}${body.subarray(0, 200)}`);
  if (shows.field !== undefined) expectField(name, head, shows.field);
  if (shows.status === undefined) return;
  const other = await ask(port, host, pathOf(each), shows.from === undefined ? [] : fields, shows.from ?? '127.0.0.1');
  if (other.status !== shows.status) throw new Error(`${name} does not hold: answered ${other.status}`);
}

function expectField(name: string, head: string, [field, start]: readonly [string, string]): void {
  const line = head.split('\r\n').find((each) => each.toLowerCase().startsWith(`${field}:`));
  if (
    line
      ?.slice(field.length + 1)
      .trim()
      .startsWith(start) !== true
  )
    throw new Error(`${name} answered ${head}`);
}
