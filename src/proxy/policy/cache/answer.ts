import type { ContentCoding } from '../../coding/accept-encoding.ts';
import { AT_ONCE } from '../../coding/coded-response.ts';
import { coded, codedNow } from '../../coding/coders.ts';
import { codedFields } from '../../coding/prepare.ts';
import { variesByCoding } from '../../coding/response-coding.ts';
import type { DirectResponse } from '../../filter/plan.ts';
import type { Visit } from '../visit.ts';
import type { CacheStore } from './store.ts';
import { type FieldPairs, headView, type StoredResponse } from './stored.ts';
import { isNotModified } from './validators.ts';

/** Of a 304 these are left out: they are about a body that is not there (RFC 9110 section 15.4.5). */
const OF_THE_BODY = new Set(['content-encoding', 'content-language', 'content-range', 'content-type', 'last-modified']);

/** What a client asks whether it still holds. */
export type Conditions = { readonly ifNoneMatch: string | null; readonly ifModifiedSince: string | null };

/** In which coding a stored response goes to the client of a visit; null: as it is. */
export function codingFor(visit: Visit, entry: StoredResponse): ContentCoding | null {
  if (visit.coding === null || !isCodable(visit, entry)) return null;
  return visit.coding.choose(visit.head.header('accept-encoding'));
}

function isCodable({ coding }: Visit, { status, fields, body }: StoredResponse): boolean {
  return coding?.isFor(headView(status, fields), body.length) ?? false;
}

/** The body of a stored response in that coding, when it is there or is there at once. */
export function codedBody(store: CacheStore, entry: StoredResponse, coding: ContentCoding): Buffer | null {
  const known = entry.coded?.get(coding);
  if (known !== undefined) return known;
  return entry.body.length > AT_ONCE ? null : keep(store, entry, coding, codedNow(coding, entry.body));
}

/** Makes it, in a thread; `done` gets null when that fails. */
export function makeCodedBody(
  store: CacheStore,
  entry: StoredResponse,
  coding: ContentCoding,
  done: (body: Buffer | null) => void,
): void {
  coded(coding, entry.body, (body) => done(body === null ? null : keep(store, entry, coding, body)));
}

function keep(store: CacheStore, entry: StoredResponse, coding: ContentCoding, body: Buffer): Buffer {
  if (entry.coded?.has(coding) !== true && store.grow(entry, body.length)) {
    entry.coded ??= new Map();
    entry.coded.set(coding, body);
  }
  return body;
}

/** A stored response as it is sent to one client, or 304 when the client has it. `coding` and `body` null: as it is. */
export function responseFrom(
  visit: Visit,
  entry: StoredResponse,
  conditions: Conditions,
  cacheStatus: string,
  now: number,
  coding: ContentCoding | null,
  body: Buffer | null,
): DirectResponse {
  const { ifModifiedSince, ifNoneMatch } = conditions;
  let { fields } = entry;
  if (isCodable(visit, entry)) fields = fieldsFor(fields, body === null ? null : coding);
  const added = [
    ['Age', String(entry.age(now))],
    ['Cache-Status', cacheStatus],
  ] as const;
  if ((ifNoneMatch !== null || ifModifiedSince !== null) && entry.status === 200) {
    if (isNotModified(entry, ifNoneMatch, ifModifiedSince)) {
      const kept = fields.filter(([name]) => !OF_THE_BODY.has(name.toLowerCase()));
      return { status: 304, headers: [...kept, ...added], body: '' };
    }
  }
  const headers = [...fields, ...added];
  const { status, announced } = entry;
  if (announced !== null) return { status, headers, body: '', length: announced };
  if (fields !== entry.fields) return { status, headers, body: body ?? entry.body };
  return { status, headers, body: body ?? entry.body, written: entry.written };
}

/** The fields of a response whose body may come in a coding, and does with `coding`. */
function fieldsFor(fields: FieldPairs, coding: ContentCoding | null): FieldPairs {
  const varies = fields.some(([name, value]) => name.toLowerCase() === 'vary' && variesByCoding(value));
  const vary: FieldPairs = varies ? [] : [['Vary', 'Accept-Encoding']];
  return [...(coding === null ? fields : codedFields(fields, coding)), ...vary];
}
