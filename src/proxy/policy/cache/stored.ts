import type { HeaderValue } from '../../../ir/filter.ts';
import type { CacheContent } from '../../../ir/policy/cache.ts';
import { writtenHead } from '../../exchange/response-writer.ts';
import type { WrittenHead } from '../../filter/plan.ts';
import type { FieldSection } from '../../http1/field-section.ts';
import type { Edits } from '../edits.ts';
import { type HeaderView, type HeadView, type Lifetime, lifetimeOf } from './freshness.ts';
import { parseHttpDate } from './http-date.ts';
import type { Region } from './store.ts';
import { etagOf } from './validators.ts';

export type FieldPairs = readonly (readonly [name: string, value: string])[];

/** Fields that are about one message on one connection, or that the codec writes itself (RFC 9111 section 3.1). */
const NOT_STORED = new Set([
  'age',
  'connection',
  'content-length',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** What a 304 may not change of a response that is stored: it is about the body that came (section 3.2). */
const OF_THE_BODY = new Set(['content-encoding', 'content-length', 'content-range', 'content-type', 'etag']);
/** Bytes that an entry costs beside its texts and its body. */
const OVERHEAD = 512;

/** Values of the request fields that a response varies by. */
export type Variant = readonly HeaderValue[];

/** A response in the store. */
export class StoredResponse {
  readonly key: string;
  readonly region: Region;
  readonly status: number;
  readonly fields: FieldPairs;
  readonly body: Buffer;
  /** Names in lower case; `''` for a field that was not there. */
  readonly variant: Variant;
  readonly lifetime: Lifetime;
  readonly etag: string | null;
  readonly lastModified: number | null;
  /** As it came, for If-Modified-Since. */
  readonly lastModifiedText: string | null;
  /** What it takes in the store. */
  bytes: number;
  /** `fields` behind the status line, once a client of HTTP/1.1 may get them; null before. */
  private head: WrittenHead | null;
  /** The body in the codings that clients have asked for. */
  coded: Map<string, Buffer> | null;
  /** When it came, on the clock of `performance.now()`. */
  readonly at: number;
  /** Content-Length of a response to HEAD, which has no body of its own (-1: it said none); null for any other. */
  readonly announced: number | null;
  /** Other responses of the same key. */
  sibling: StoredResponse | null;
  /** Neighbours in the order of use. */
  newer: StoredResponse | null;
  older: StoredResponse | null;
  /** Whether it is still in the store. */
  isStored: boolean;

  constructor(
    region: Region,
    key: string,
    status: number,
    fields: FieldPairs,
    body: Buffer,
    variant: Variant,
    lifetime: Lifetime,
    at: number,
    announced: number | null = null,
  ) {
    this.key = key;
    this.region = region;
    this.status = status;
    this.fields = fields;
    this.body = body;
    this.variant = variant;
    this.lifetime = lifetime;
    this.etag = etagOf(valueOf(fields, 'etag'));
    this.lastModifiedText = valueOf(fields, 'last-modified');
    this.lastModified = parseHttpDate(this.lastModifiedText);
    this.at = at;
    this.announced = announced;
    this.head = null;
    this.coded = null;
    this.sibling = null;
    this.newer = null;
    this.older = null;
    this.isStored = false;
    let bytes = OVERHEAD + body.length + key.length;
    // Twice: as they are written, too.
    for (const [name, value] of fields) bytes += 2 * (name.length + value.length);
    for (const { name, value } of variant) bytes += name.length + value.length;
    this.bytes = bytes;
  }

  get written(): WrittenHead {
    this.head ??= writtenHead(this.status, this.fields);
    return this.head;
  }

  /** Milliseconds that it is fresh from now on; negative: since when it is not. */
  freshFor(now: number): number {
    return this.at + this.lifetime.fresh - now;
  }

  /** Seconds since it was made, or validated, where it comes from. */
  age(now: number): number {
    return Math.max(0, Math.floor((this.lifetime.age + now - this.at) / 1_000));
  }

  /** Seconds that it is fresh from now on, as Cache-Status says it. */
  ttl(now: number): number {
    return Math.floor(this.freshFor(now) / 1_000);
  }

  /** Whether a backend can be asked if it is still good. */
  get isValidatable(): boolean {
    return this.etag !== null || this.lastModified !== null;
  }

  /** Makes a request ask that, in place of what its client asks. */
  askIfStillGood(request: Edits): void {
    if (!this.isValidatable) return;
    request.remove('if-none-match');
    request.remove('if-modified-since');
    for (const [name, value] of this.conditions) request.set(name, value);
  }

  /** The fields that ask it (RFC 9111 section 4.3.1). */
  get conditions(): [name: string, value: string][] {
    const found: [string, string][] = [];
    if (this.etag !== null) found.push(['If-None-Match', this.etag]);
    if (this.lastModified !== null) found.push(['If-Modified-Since', this.lastModifiedText!]);
    return found;
  }

  /** Whether a request with these fields may have it. */
  fits(request: HeaderView): boolean {
    const { variant } = this;
    for (let index = 0; index < variant.length; index++) {
      const { name, value } = variant[index]!;
      if (normal(request.header(name)) !== value) return false;
    }
    return true;
  }
}

/** The fields of a response to keep: neither those of the connection nor those that it nominates. */
export function storedFields(fields: FieldPairs): FieldPairs {
  const nominated = fields
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((name) => name.trim().toLowerCase()));
  return fields.filter(([name]) => {
    const lower = name.toLowerCase();
    return !NOT_STORED.has(lower) && !nominated.includes(lower);
  });
}

/** The fields of a stored response that a 304 confirms, with what the 304 says anew (RFC 9111 section 3.2). */
export function refreshedFields(before: FieldPairs, confirmed: FieldPairs): FieldPairs {
  const news = storedFields(confirmed).filter(([name]) => !OF_THE_BODY.has(name.toLowerCase()));
  const names = new Set(news.map(([name]) => name.toLowerCase()));
  return [...before.filter(([name]) => !names.has(name.toLowerCase())), ...news];
}

/** A stored response that a 304 has confirmed, as it is stored from now on; null: not any more. */
export function refreshed(
  policy: CacheContent,
  before: StoredResponse,
  confirmed: FieldPairs,
  now: number,
  delay: number,
): StoredResponse | null {
  const fields = refreshedFields(before.fields, confirmed);
  const { announced, body, key, region, status, variant } = before;
  // Its age is that of the 304.
  const age = confirmed.filter(([name]) => name.toLowerCase() === 'age');
  const lifetime = lifetimeOf(policy, headView(status, [...fields, ...age]), delay);
  if (lifetime === null) return null;
  return new StoredResponse(region, key, status, fields, body, variant, lifetime, now, announced);
}

/** The fields of a section as a list. */
export function pairsOf(fields: FieldSection): FieldPairs {
  return Array.from({ length: fields.count }, (_, index) => [fields.name(index), fields.value(index)] as const);
}

/** The request's values of the fields that Vary names; null when there are too many. */
export function variantOf(vary: string | null, request: HeaderView): Variant | null {
  if (vary === null) return NO_VARIANT;
  const names = [...new Set(vary.split(',').map((name) => name.trim().toLowerCase()))].filter((name) => name !== '');
  if (names.length > MOST_VARY) return null;
  return names.map((name) => ({ name, value: normal(request.header(name)) }));
}

const NO_VARIANT: Variant = [];
const MOST_VARY = 16;

/** Spaces between the members of a list mean nothing (RFC 9111 section 4.1), and a missing field is as an empty one. */
function normal(value: string | null): string {
  if (value === null) return '';
  return value.includes(' ') || value.includes('\t') ? value.replace(/[ \t]*,[ \t]*/g, ',') : value;
}

/** A list of fields as a head is read. */
export function headView(status: number, fields: FieldPairs): HeadView {
  return {
    status,
    header: (name) => {
      const values = fields.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value);
      return values.length === 0 ? null : values.join(', ');
    },
  };
}

/** The first value of a field; `name` is in lower case. */
export function valueOf(fields: FieldPairs, name: string): string | null {
  for (const [each, value] of fields) if (each.length === name.length && each.toLowerCase() === name) return value;
  return null;
}
