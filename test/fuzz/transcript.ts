/** What a parser made of a stream of bytes, in a form in which two parsers can be compared. Bytes are latin1 strings. */
export type Field = readonly [name: string, value: string];

export type RequestMessage = {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  /** In the order of the wire, names with the case of the wire. */
  readonly headers: readonly Field[];
  readonly body: string;
  readonly trailers: readonly Field[];
};

export type ResponseMessage = {
  readonly status: number;
  readonly version: string;
  readonly headers: readonly Field[];
  readonly body: string;
  readonly trailers: readonly Field[];
};

/**
 * How the stream ended:
 * - `end`: after a whole message (or before the first byte);
 * - `incomplete`: in the middle of a message that was valid until then;
 * - `refused`: at bytes that are not HTTP/1.1; `code` is the parser's own name for it, `from` the offset of the message's
 *   first byte and `at` that of the byte that was refused, when the parser tells. A stream that goes on after the last
 *   request of its connection counts as refused too, with `closed`;
 * - `tunnel`: the last message left HTTP (CONNECT, Upgrade, 101); `rest` is not HTTP any more.
 */
export type Ending =
  | { readonly kind: 'end' }
  | { readonly kind: 'incomplete' }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly status: number;
      readonly from?: number;
      readonly at?: number;
    }
  | { readonly kind: 'tunnel'; readonly rest: string };

/** Whole messages only: one that was cut short or refused half-way shows in `ending`. */
export type Transcript<Message> = {
  readonly messages: readonly Message[];
  readonly ending: Ending;
};

export type RequestTranscript = Transcript<RequestMessage>;

/** A client reads one final response for one request; the 1xx before it are kept apart. */
export type ResponseTranscript = Transcript<ResponseMessage>;

/** Pairs of a flat `[name, value, name, value]` list. */
export function fields(raw: readonly string[]): Field[] {
  const pairs: Field[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) pairs.push([raw[i]!, raw[i + 1]!]);
  return pairs;
}

/** `bytes` cut at the given positions; positions outside, repeated or unsorted are tolerated. */
export function pieces(bytes: string, cuts: readonly number[]): Buffer[] {
  const all = Buffer.from(bytes, 'latin1');
  const inside = [...new Set(cuts.filter((cut) => cut > 0 && cut < all.length))].sort((a, b) => a - b);
  const parts: Buffer[] = [];
  let from = 0;
  for (const cut of [...inside, all.length]) {
    if (cut > from) parts.push(all.subarray(from, cut));
    from = cut;
  }
  return parts;
}
