import type { JSONStep } from '../../../ir/aggregate.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Deeper than this, a text is not taken for JSON: reading a value takes stack. */
const MAX_DEPTH = 256;

/**
 * A JSON text without the space between its tokens: its numbers, strings and repeated names stay as they are written. Null
 * for anything that is not JSON in UTF-8.
 */
export function compactJSON(body: Buffer): string | null {
  try {
    const text = UTF8.decode(body);
    const compact = withoutSpace(text);
    if (compact !== null) JSON.parse(text);
    return compact;
  } catch {
    return null;
  }
}

/** Null for one that is too deep. What is no JSON comes out as something. */
function withoutSpace(text: string): string | null {
  let compact = '';
  let from = 0;
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const char = text.charCodeAt(index);
    if (inString) {
      if (char === BACKSLASH) index++;
      else if (char === QUOTE) inString = false;
    } else if (char === QUOTE) inString = true;
    else if (char === SPACE || char === TAB || char === CR || char === LF) {
      compact += text.slice(from, index);
      from = index + 1;
    } else if (char === OPEN_LIST || char === OPEN_OBJECT) {
      if (++depth > MAX_DEPTH) return null;
    } else if (char === CLOSE_LIST || char === CLOSE_OBJECT) depth--;
  }
  return compact + text.slice(from);
}

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * The different values that steps lead to, as text, in the order in which they come first. What is neither a text, a number
 * nor a boolean is passed over. Null when there are more than `max`.
 */
export function valuesAt(json: string, steps: readonly JSONStep[], max: number): string[] | null {
  let values: unknown[] = [JSON.parse(json)];
  for (const step of steps) values = values.flatMap((value) => follow(value, step));
  const found = new Set<string>();
  for (const value of values) {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') continue;
    found.add(String(value));
    if (found.size > max) return null;
  }
  return [...found];
}

function follow(value: unknown, step: JSONStep): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('all' in step) return Object.values(value);
  if ('element' in step) return Array.isArray(value) && step.element < value.length ? [value[step.element]] : [];
  if (Array.isArray(value) || !Object.hasOwn(value, step.member)) return [];
  return [(value as Record<string, unknown>)[step.member]];
}
