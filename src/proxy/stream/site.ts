import type { Backend } from '../backend/backend.ts';
import type { StreamPort } from '../compile/stream-port.ts';
import type { PolicyTable } from '../policy/policy-table.ts';

/** What streams are served on one port of one Gateway. A new table replaces all fields between two connections. */
export type StreamSite = {
  streams: StreamPort | null;
  backends: ReadonlyMap<string, Backend>;
  policies: PolicyTable;
};
