import { CONNECTION_FIELDS } from '../../ir/connection-fields.ts';
import type { HeaderEdits, HeaderValue } from '../../ir/filter.ts';
import type { MessageWriter } from '../http1/writer.ts';
import type { HeaderLine, HeaderPlan } from './plan.ts';

/** Fields that this filter leaves alone. `host` is edited by the rewrite (filter/rewrite.ts). */
const UNTOUCHABLE = new Set([...CONNECTION_FIELDS, 'host']);

// All plans have their properties in one order: code that reads them then knows two shapes, this and that of `Edits`.
export const EMPTY_PLAN: HeaderPlan = { drop: [], lines: [], block: Buffer.alloc(0) };

/**
 * One plan for edits that take effect one after the other; within each: set, then add, then remove. Of several entries
 * of a list whose names are equal without case, the first counts (Gateway API, HTTPHeader).
 */
export function planOf(edits: readonly HeaderEdits[]): HeaderPlan {
  if (edits.length === 0) return EMPTY_PLAN;
  const drop = new Set<string>();
  let lines: HeaderValue[] = [];
  const clear = (name: string) => {
    drop.add(name);
    lines = lines.filter((line) => line.name.toLowerCase() !== name);
  };
  for (const edit of edits) {
    for (const { name, value } of firsts(edit.set)) {
      clear(name.toLowerCase());
      lines.push({ name, value: fieldValue(value) });
    }
    for (const { name, value } of firsts(edit.add)) lines.push({ name, value: fieldValue(value) });
    for (const name of edit.remove) {
      if (!UNTOUCHABLE.has(name.toLowerCase())) clear(name.toLowerCase());
    }
  }
  return headerPlan([...drop], lines);
}

/** `drop` in lower case; values without line breaks. */
export function headerPlan(drop: readonly string[], lines: readonly HeaderValue[]): HeaderPlan {
  if (drop.length === 0 && lines.length === 0) return EMPTY_PLAN;
  return { drop, lines, block: Buffer.from(linesText(lines)) };
}

/** A line that many messages get. */
export class WrittenLine implements HeaderLine {
  readonly name: string;
  readonly value: string;
  /** As HTTP/1.1 has it. */
  private readonly bytes: Buffer;

  constructor(name: string, value: string) {
    this.name = name;
    this.value = value;
    this.bytes = Buffer.from(linesText([this]));
  }

  write(writer: MessageWriter): void {
    writer.bytes(this.bytes, 0, this.bytes.length);
  }
}

/** A line of which many messages have the name, and each its own value. */
export class FilledLine implements HeaderLine {
  readonly name: string;
  readonly value: string;
  /** What stands before the value (`lineStart`). */
  private readonly start: Buffer;

  constructor(name: string, value: string, start: Buffer) {
    this.name = name;
    this.value = value;
    this.start = start;
  }

  write(writer: MessageWriter): void {
    const { start } = this;
    writer.bytes(start, 0, start.length);
    writer.utf8(this.value);
    writer.text('\r\n');
  }
}

/** What stands before the value in the lines of a field. */
export function lineStart(name: string): Buffer {
  return Buffer.from(`${name}: `, 'latin1');
}

/** Field lines as they are written. */
export function linesText(lines: readonly HeaderValue[]): string {
  let text = '';
  for (const { name, value } of lines) text += `${name}: ${value}\r\n`;
  return text;
}

/** The Host that edits set, or null. */
export function hostOf(edits: readonly HeaderEdits[]): string | null {
  const values = edits.flatMap((edit) => edit.set.filter((header) => header.name.toLowerCase() === 'host').slice(0, 1));
  const host = values.at(-1)?.value.trim() ?? '';
  return /^[A-Za-z0-9._:[\]-]+$/.test(host) ? host : null;
}

function firsts(headers: readonly HeaderValue[]): HeaderValue[] {
  const seen = new Set<string>(UNTOUCHABLE);
  return headers.filter(({ name }) => {
    const lower = name.toLowerCase();
    if (seen.has(lower) || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return false;
    seen.add(lower);
    return true;
  });
}

/** Control characters would end the field or the message (RFC 9110 section 5.5). */
function fieldValue(value: string): string {
  return value.replace(/[\0-\x08\x0a-\x1f\x7f]+/g, ' ').trim();
}
