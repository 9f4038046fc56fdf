/**
 * Path elements as they are compared: the key of one of at most eight letters is the element itself, seven bits for each
 * letter. That of any other one is a hash, below zero, and its length: it may be another element's too, so that somebody has
 * to look at the text.
 */

/** Letters in one integer of a key. */
const PACKED = 4;
const SLASH = 0x2f;
const SHORT = /^[\x01-\x7f]{0,8}$/;

/** The key of an element, in two integers. */
export class ElementKey {
  low: number;
  high: number;
  /** Where the element ends. */
  end: number;

  constructor() {
    this.low = 0;
    this.high = 0;
    this.end = 0;
  }

  /** Becomes that of the element of `path` that begins at `start`. */
  read(path: string, start: number): void {
    const length = path.length;
    let low = 0;
    let high = 0;
    let seen = 0;
    let end = start;
    for (let shift = 0; end < length; end++, shift += 7) {
      const code = path.charCodeAt(end);
      if (code === SLASH) break;
      seen |= code;
      if (shift < 7 * PACKED) low |= code << shift;
      else high |= code << (shift - 7 * PACKED);
    }
    if (end - start > 2 * PACKED || seen > 0x7f) {
      low = longKey(path, start, end);
      high = end - start;
    }
    this.low = low;
    this.high = high;
    this.end = end;
  }
}

/** Whether the key of an element says all of it. */
export function isShort(element: string): boolean {
  return SHORT.test(element);
}

/** The key of a whole text without slashes. */
export function keyOf(element: string): [number, number] {
  if (!isShort(element)) return [longKey(element, 0, element.length), element.length];
  const key = new ElementKey();
  key.read(element, 0);
  return [key.low, key.high];
}

/**
 * Of an element, and of what tells it from others of the same key. The low bits say which table it is in, the high bits where
 * in it.
 */
export function hashOf(low: number, high: number, seed = 0): number {
  // The high bits of a product depend on all bits of its factors, and its low bits on their low ones only.
  const hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b) ^ Math.imul(seed, 0xc2b2ae35);
  return hash ^ (hash >>> 15);
}

/** The first integer of the key of an element that is not short: `path[start, end)`. */
function longKey(path: string, start: number, end: number): number {
  // FNV-1a over UTF-16 code units; the keys are the configuration's, so nobody outside can make them collide.
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193);
  return -1 - (hash >>> 1);
}
