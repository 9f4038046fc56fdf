import type { Http2Stream } from 'node:http2';
import { addAbortSignal } from 'node:stream';

const ABORTED = AbortSignal.abort();
const BROKEN = new Error('the message cannot be completed');

/**
 * Resets a stream whose message cannot be completed (INTERNAL_ERROR). `close` of node:http2 would send END_STREAM before, and
 * the peer take what it has for the whole message.
 */
export function breakOff(stream: Http2Stream): void {
  if (!stream.destroyed) stream.destroy(BROKEN);
}

/** Resets a stream that nobody wants any more (CANCEL); node:http2 gives that code to an abort, and to nothing else. */
export function cancel(stream: Http2Stream): void {
  if (!stream.destroyed) addAbortSignal(ABORTED, stream);
}
