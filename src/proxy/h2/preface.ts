import type { Socket } from 'node:net';
import type { Input } from '../exchange/input.ts';
import type { Site } from '../runtime.ts';

/** Gets a socket whose client speaks HTTP/2; what it has received is still to be read from it. */
export type OnHttp2 = (site: Site, socket: Socket, sni: string | null) => void;

/** The line that a connection of HTTP/2 begins with (RFC 9113 section 3.4), as far as it takes to know it. */
const PREFACE = Buffer.from('PRI * HTTP/2');

/** Whether a request that HTTP/1.1 had to refuse is the beginning of HTTP/2. */
export function isPreface({ buffer, start, end }: Input): boolean {
  if (end - start < PREFACE.length) return false;
  return buffer.compare(PREFACE, 0, PREFACE.length, start, start + PREFACE.length) === 0;
}
