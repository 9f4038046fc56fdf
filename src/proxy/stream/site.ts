import type { Backend } from '../backend/backend.ts';
import type { StreamPort } from '../compile/stream-port.ts';

/** What streams are served on one port of one Gateway. A new table replaces both fields between two connections. */
export type StreamSite = {
  streams: StreamPort | null;
  backends: ReadonlyMap<string, Backend>;
};
