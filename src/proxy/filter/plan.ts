import type { HeaderValue } from '../../ir/filter.ts';
import type { MessageWriter } from '../http1/writer.ts';

/** A line that a plan adds. */
export interface HeaderLine extends HeaderValue {
  /** Writes the whole line as HTTP/1.1 has it. Absent: it is made of name and value. */
  write?(writer: MessageWriter): void;
}

/**
 * What to do to a message's header section, most often composed when the table is compiled. Fields named in `drop` are left
 * out while the rest is copied, then the lines are appended.
 */
export type HeaderPlan = {
  /** Lower case, each once. Never a framing or hop-by-hop field, and never `host`. */
  readonly drop: readonly string[];
  /** Complete `Name: value\r\n` lines, possibly none; null: they are for one message only, and written from `lines`. */
  readonly block: Buffer | null;
  /** The same lines as pairs, for protocols that do not write lines. */
  readonly lines: readonly HeaderLine[];
};

/**
 * An answer that the proxy gives without a backend. Content-Length is the codec's business, and so is Date unless it is
 * among the headers.
 */
export type DirectResponse = {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Buffer;
  /** The status line and the first of `headers` as HTTP/1.1 has them, of an answer that many get. */
  readonly written?: WrittenHead;
  /** Content-Length of an answer to HEAD whose body is not at hand; -1: none. */
  readonly length?: number;
};

export type WrittenHead = {
  readonly bytes: Buffer;
  /** How many of the headers it has. */
  readonly count: number;
  readonly hasDate: boolean;
};
