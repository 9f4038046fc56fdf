import { COLON, CR, HTAB, LF, latin1, SP, TOKEN, VALUE } from './bytes.ts';
import { DONE, FAULTS, type Fault, MORE, REFUSED } from './fault.ts';
import { knownField, UNKNOWN } from './known-field.ts';

const LINE_START = 0;
const NAME = 1;
const BEFORE_VALUE = 2;
const IN_VALUE = 3;
const VALUE_LF = 4;
const LAST_LF = 5;

/** Numbers per field in `ranges`: start and end of the name, start and end of the value. */
const STRIDE = 4;

/**
 * The fields of a header or trailer section as ranges of the buffer they were received in (RFC 9112 section 5).
 *
 * All positions are relative to `base`, the first byte of the message, so that the bytes may move (`rebase`) between two
 * calls and afterwards. An instance is reused for many messages and keeps its memory.
 */
export class FieldSection {
  buffer: Buffer;
  base: number;
  count: number;
  /** Bit set of the known fields that are there. */
  seen: number;
  /** Where scanning stands; after `DONE` the first byte after the section. */
  position: number;
  fault: Fault | null;
  private state: number;
  private ranges: Int32Array;
  private ids: Uint8Array;
  /** Of `viewed`. */
  private view: DataView | null;
  private viewed: Buffer | null;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
    this.base = 0;
    this.count = 0;
    this.seen = 0;
    this.position = 0;
    this.fault = null;
    this.state = LINE_START;
    this.ranges = new Int32Array(16 * STRIDE);
    this.ids = new Uint8Array(16);
    this.view = null;
    this.viewed = null;
  }

  /** The buffer, of which several bytes can be read at once. Nearly always the one before had the same. */
  bytes(): DataView {
    const { buffer } = this;
    if (this.view === null || this.viewed !== buffer) {
      this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
      this.viewed = buffer;
    }
    return this.view;
  }

  /** Prepares for a section whose first byte is at `position`. */
  reset(position: number): void {
    this.count = 0;
    this.seen = 0;
    this.position = position;
    this.fault = null;
    this.state = LINE_START;
  }

  rebase(buffer: Buffer, base: number): void {
    this.buffer = buffer;
    this.base = base;
  }

  /** Scans on to `end` (absolute). Every byte is looked at once, whatever the splits. */
  scan(buffer: Buffer, base: number, end: number, maxFields: number): number {
    this.buffer = buffer;
    this.base = base;
    let at = base + this.position;
    let state = this.state;
    let slot = this.count * STRIDE;
    while (at < end) {
      const byte = buffer[at]!;
      switch (state) {
        case LINE_START:
          if (byte === CR) {
            at++;
            state = LAST_LF;
            break;
          }
          if (this.count === maxFields) return this.refuse(FAULTS.tooManyFields, at);
          if (TOKEN[byte] === 0) return this.refuse(lineStartFault(byte), at);
          if (this.count === this.ids.length) this.grow();
          this.ranges[slot] = at - base;
          state = NAME;
          at++;
          break;
        case NAME:
          while (at < end && TOKEN[buffer[at]!] !== 0) at++;
          if (at === end) break;
          if (buffer[at] !== COLON) return this.refuse(nameFault(buffer[at]!), at);
          this.ranges[slot + 1] = at - base;
          state = BEFORE_VALUE;
          at++;
          break;
        case BEFORE_VALUE:
          while (at < end && (buffer[at] === SP || buffer[at] === HTAB)) at++;
          if (at === end) break;
          this.ranges[slot + 2] = at - base;
          state = IN_VALUE;
          break;
        case IN_VALUE:
          while (at < end && VALUE[buffer[at]!] !== 0) at++;
          if (at === end) break;
          if (buffer[at] !== CR) return this.refuse(buffer[at] === LF ? FAULTS.bareLf : FAULTS.badValue, at);
          this.ranges[slot + 3] = trimmedEnd(buffer, base + this.ranges[slot + 2]!, at) - base;
          state = VALUE_LF;
          at++;
          break;
        case VALUE_LF: {
          if (byte !== LF) return this.refuse(FAULTS.bareCr, at - 1);
          const id = knownField(buffer, base + this.ranges[slot]!, base + this.ranges[slot + 1]!);
          this.ids[this.count] = id;
          if (id !== UNKNOWN) this.seen |= 1 << id;
          this.count++;
          slot += STRIDE;
          state = LINE_START;
          at++;
          break;
        }
        default:
          if (byte !== LF) return this.refuse(FAULTS.bareCr, at - 1);
          this.position = at + 1 - base;
          this.state = LINE_START;
          return DONE;
      }
    }
    this.position = at - base;
    this.state = state;
    return MORE;
  }

  has(id: number): boolean {
    return (this.seen & (1 << id)) !== 0;
  }

  id(index: number): number {
    return this.ids[index]!;
  }

  /** Makes the field another known field, for example one that ends at this hop. */
  mark(index: number, id: number): void {
    const before = this.ids[index]!;
    this.ids[index] = id;
    this.seen |= 1 << id;
    for (let other = 0; other < this.count; other++) if (this.ids[other] === before) return;
    this.seen &= ~(1 << before);
  }

  /** Start of the field's line, absolute. */
  lineStart(index: number): number {
    return this.base + this.ranges[index * STRIDE]!;
  }

  /** End of the field's line with its CRLF, absolute. */
  lineEnd(index: number): number {
    return this.base + (index + 1 < this.count ? this.ranges[(index + 1) * STRIDE]! : this.position - 2);
  }

  nameEnd(index: number): number {
    return this.base + this.ranges[index * STRIDE + 1]!;
  }

  nameLength(index: number): number {
    return this.ranges[index * STRIDE + 1]! - this.ranges[index * STRIDE]!;
  }

  valueStart(index: number): number {
    return this.base + this.ranges[index * STRIDE + 2]!;
  }

  valueEnd(index: number): number {
    return this.base + this.ranges[index * STRIDE + 3]!;
  }

  name(index: number): string {
    return latin1(this.buffer, this.lineStart(index), this.nameEnd(index));
  }

  value(index: number): string {
    return latin1(this.buffer, this.valueStart(index), this.valueEnd(index));
  }

  /** Index of the first field with that id from `from` on, -1 when there is none. */
  find(id: number, from = 0): number {
    if ((this.seen & (1 << id)) === 0) return -1;
    for (let index = from; index < this.count; index++) if (this.ids[index] === id) return index;
    return -1;
  }

  /** Whether the field has this name, which is in lower case. */
  isNamed(index: number, name: string): boolean {
    const start = this.lineStart(index);
    if (this.nameEnd(index) - start !== name.length) return false;
    for (let at = 0; at < name.length; at++) {
      let byte = this.buffer[start + at]!;
      if (byte >= 0x41 && byte <= 0x5a) byte |= 0x20;
      if (byte !== name.charCodeAt(at)) return false;
    }
    return true;
  }

  /** Whether there is a field of a name in lower case. */
  includes(name: string): boolean {
    for (let index = 0; index < this.count; index++) if (this.isNamed(index, name)) return true;
    return false;
  }

  /** Index of the field of a name in lower case where there is exactly one; -1 otherwise. */
  only(name: string): number {
    let found = -1;
    for (let index = 0; index < this.count; index++) {
      if (!this.isNamed(index, name)) continue;
      if (found !== -1) return -1;
      found = index;
    }
    return found;
  }

  /** All values of a field joined with `, ` (RFC 9110 section 5.2), null when absent. `name` is in lower case. */
  get(name: string): string | null {
    let value: string | null = null;
    for (let index = 0; index < this.count; index++) {
      if (!this.isNamed(index, name)) continue;
      value = value === null ? this.value(index) : `${value}, ${this.value(index)}`;
    }
    return value;
  }

  private refuse(fault: Fault, at: number): number {
    this.fault = fault;
    this.position = at - this.base;
    return REFUSED;
  }

  private grow(): void {
    const ranges = new Int32Array(this.ranges.length * 2);
    ranges.set(this.ranges);
    this.ranges = ranges;
    const ids = new Uint8Array(this.ids.length * 2);
    ids.set(this.ids);
    this.ids = ids;
  }
}

function trimmedEnd(buffer: Buffer, start: number, end: number): number {
  while (end > start && (buffer[end - 1] === SP || buffer[end - 1] === HTAB)) end--;
  return end;
}

function lineStartFault(byte: number): Fault {
  if (byte === LF) return FAULTS.bareLf;
  if (byte === COLON) return FAULTS.emptyName;
  return byte === SP || byte === HTAB ? FAULTS.obsFold : FAULTS.badName;
}

function nameFault(byte: number): Fault {
  if (byte === SP || byte === HTAB) return FAULTS.spaceBeforeColon;
  return byte === LF ? FAULTS.bareLf : FAULTS.badName;
}
