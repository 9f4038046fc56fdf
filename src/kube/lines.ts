const NEWLINE = 0x0a;
/** An object of etcd's limit, twice escaped, fits; whatever is longer is not a watch event. */
const MAX_LINE = 16 << 20;

/** Cuts a byte stream into lines. Decodes whole lines only, so that no UTF-8 sequence is torn at a chunk's edge. */
export class Lines {
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** The lines that `chunk` completes, without their newline; empty lines are left out. */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const line = this.#complete(chunk.subarray(start, end));
      if (line !== '') lines.push(line);
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
    return lines;
  }

  #complete(tail: Buffer): string {
    if (this.#restBytes === 0) return tail.toString('utf8');
    this.#rest.push(tail);
    const line = Buffer.concat(this.#rest).toString('utf8');
    this.#rest = [];
    this.#restBytes = 0;
    return line;
  }

  #keep(bytes: Buffer): void {
    this.#restBytes += bytes.length;
    if (this.#restBytes > MAX_LINE) throw new Error(`a watch event is longer than ${MAX_LINE} bytes`);
    this.#rest.push(bytes);
  }
}
