/**
 * A delta on the wire: newline-delimited JSON, one entry a line, so that neither side ever serialises or parses a table
 * of thousands of rules in one go.
 *
 *     {"begin":{"gateway":"shop/web","from":"","to":"9f2c…"}}
 *     {"set":["rules","httproute/shop/cart/rule/0",{…}]}
 *     {"remove":["endpoints","service/shop/cart/80"]}
 *     {"end":"9f2c…"}
 *
 * Back come acknowledgements: `{"revision":"9f2c…","rejected":null}`, or the reason it was rejected for.
 */
import type { Delta } from '../ir/delta.ts';
import { COLLECTIONS, type Collection } from '../ir/table.ts';

export type Acknowledgement = {
  readonly revision: string;
  /** Null: applied, and served from now on. */
  readonly rejected: string | null;
};

type Message =
  | { readonly begin: { readonly gateway: string; readonly from: string; readonly to: string } }
  | { readonly set: readonly [Collection, string, object] }
  | { readonly remove: readonly [Collection, string] }
  | { readonly end: string };

/** The lines of a delta, without their newlines. */
export function* encodeDelta(delta: Delta): Generator<string> {
  yield JSON.stringify({ begin: { gateway: delta.gateway, from: delta.from, to: delta.to } });
  for (const collection of COLLECTIONS) {
    for (const key of delta.remove[collection] ?? []) yield JSON.stringify({ remove: [collection, key] });
    for (const [key, entry] of Object.entries(delta.set[collection] ?? {})) {
      yield JSON.stringify({ set: [collection, key, entry] });
    }
  }
  yield JSON.stringify({ end: delta.to });
}

/** A stream that breaks the protocol: the connection is of no use any more. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** Puts deltas together from their lines. */
export class DeltaDecoder {
  #delta: MutableDelta | null = null;

  /**
   * The delta that this line completes, or null.
   * @throws {ProtocolError} for a line that is not JSON or not of its place.
   */
  push(line: string): Delta | null {
    const message = parse(line);
    if ('begin' in message) {
      if (this.#delta !== null) throw new ProtocolError('a delta begins inside another');
      this.#delta = { ...message.begin, set: {}, remove: {} };
      return null;
    }
    const delta = this.#delta;
    if (delta === null) throw new ProtocolError('a line outside of a delta');
    if ('end' in message) {
      if (message.end !== delta.to) throw new ProtocolError(`delta to ${delta.to} ends as ${message.end}`);
      this.#delta = null;
      return delta as Delta;
    }
    if ('set' in message) setEntry(delta, message.set);
    else removeEntry(delta, message.remove);
    return null;
  }
}

type MutableDelta = {
  readonly gateway: string;
  readonly from: string;
  readonly to: string;
  readonly set: Partial<Record<Collection, Record<string, object>>>;
  readonly remove: Partial<Record<Collection, string[]>>;
};

function setEntry(delta: MutableDelta, [collection, key, entry]: readonly [Collection, string, object]): void {
  known(collection);
  delta.set[collection] ??= {};
  // A key may have any name, `__proto__` too.
  Object.defineProperty(delta.set[collection], key, { value: entry, enumerable: true });
}

function removeEntry(delta: MutableDelta, [collection, key]: readonly [Collection, string]): void {
  known(collection);
  delta.remove[collection] ??= [];
  delta.remove[collection].push(key);
}

function known(collection: Collection): void {
  if (!COLLECTIONS.includes(collection)) throw new ProtocolError(`there is no collection ${String(collection)}`);
}

function parse(line: string): Message {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    throw new ProtocolError('a line that is not JSON');
  }
  if (typeof message !== 'object' || message === null) throw new ProtocolError('a line that is not a JSON object');
  for (const name of ['begin', 'set', 'remove', 'end']) if (Object.hasOwn(message, name)) return message as Message;
  throw new ProtocolError('a line of none of begin, set, remove, end');
}

/** @throws {ProtocolError} */
export function decodeAcknowledgement(line: string): Acknowledgement {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new ProtocolError('an acknowledgement that is not JSON');
  }
  const { revision, rejected } = (value ?? {}) as Partial<Record<keyof Acknowledgement, unknown>>;
  if (typeof revision !== 'string' || (rejected !== null && typeof rejected !== 'string')) {
    throw new ProtocolError('an acknowledgement without revision and rejected');
  }
  return { revision, rejected };
}
