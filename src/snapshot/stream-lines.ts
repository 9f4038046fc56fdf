import type { Readable } from 'node:stream';

/** Characters, more than any entry has: what exceeds it is not a peer of ours. */
const MAX_LINE = 16 << 20;

/** The lines of a stream of UTF-8 text, without newlines. Throws when the stream breaks, or a line has no end. */
export async function* linesOf(stream: Readable, most: number = MAX_LINE): AsyncGenerator<string> {
  stream.setEncoding('utf8');
  let rest = '';
  for await (const chunk of stream as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    if (rest.length > most) throw new Error(`a line is longer than ${most} characters`);
    yield* lines;
  }
}
