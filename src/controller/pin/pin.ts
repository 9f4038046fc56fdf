/**
 * A pinned table as it is stored: what somebody rolled a Gateway back to. Endpoints are not part of it, because they follow
 * the cluster (docs/decisions/0008-pinned-tables.md).
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { RoutingTable } from '../../ir/table.ts';
import { applyDelta } from '../../snapshot/apply.ts';
import { diff } from '../../snapshot/diff.ts';
import { DeltaDecoder, encodeDelta } from '../../snapshot/message.ts';
import { snapshotOf } from '../../snapshot/revision.ts';

export type Pin = {
  /** `namespace/name`. */
  readonly gateway: string;
  /** Of the Gateway: another one of the same name is not pinned. */
  readonly uid: string;
  /** The revision that was asked for. */
  readonly revision: string;
  /** When, RFC 3339. */
  readonly at: string;
  /** Its `endpoints` are empty. */
  readonly table: RoutingTable;
};

const FORMAT = 1;
/** Bytes of a pin once it is decompressed. */
const MAX_TEXT = 256 << 20;

type Head = { readonly format: number } & Omit<Pin, 'table'>;

/** @param table as it was published, with its endpoints or without. */
export function makePin(table: RoutingTable, head: Omit<Pin, 'table' | 'gateway'>): Pin {
  return { gateway: table.gateway, ...head, table: { ...table, endpoints: {} } };
}

/** Newline-delimited JSON, compressed: a head, then the table as it goes to proxies. */
export function encodePin({ table, ...rest }: Pin): Buffer {
  const head: Head = { format: FORMAT, ...rest };
  const lines = [JSON.stringify(head), ...encodeDelta(diff(null, snapshotOf(table)))];
  return zstdCompressSync(`${lines.join('\n')}\n`);
}

/** @throws when it is none, or its content is not what its hash says. */
export function decodePin(bytes: Buffer): Pin {
  const lines = zstdDecompressSync(bytes, { maxOutputLength: MAX_TEXT }).toString().trimEnd().split('\n');
  const { format, gateway, uid, revision, at } = JSON.parse(lines[0]!) as Head;
  if (format !== FORMAT) throw new Error(`format ${format} is not known, only ${FORMAT}`);
  const decoder = new DeltaDecoder();
  for (const line of lines.slice(1)) {
    const delta = decoder.push(line);
    if (delta === null) continue;
    const { table } = applyDelta(null, delta);
    if (table.gateway !== gateway) throw new Error(`the table is of Gateway ${table.gateway}, not of ${gateway}`);
    return { gateway, uid, revision, at, table };
  }
  throw new Error('the table is not complete');
}
