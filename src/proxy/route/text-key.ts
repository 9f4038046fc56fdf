/**
 * Texts of requests, to be looked up among those of the configuration. `Map` would do it too, but V8 first makes every text that it
 * is asked for one of the texts that exist only once: a call, and two or three cache misses in a table of all names of the program.
 */

/** Integers of a text that are kept to compare it by: four letters in each. */
const WORDS = 7;

/** Integers that stand for one text: its length, and its first letters. */
export const KEY_WORDS = 1 + WORDS;

/** A text as it is compared: its hash, and its first letters side by side. Filled again for every one. */
export class TextKey {
  hash: number;
  /** Whether all its letters have a byte each; if not, its words may be those of another text. */
  isNarrow: boolean;
  private length: number;
  private readonly words: Int32Array;

  constructor() {
    this.hash = 0;
    this.isNarrow = true;
    this.length = 0;
    this.words = new Int32Array(WORDS);
  }

  /** Whether the first letters, of which there are so many, are all of it. */
  get isWhole(): boolean {
    return this.length <= 4 * WORDS;
  }

  /** Becomes that of `text`. */
  read(text: string): void {
    const { length } = text;
    const { words } = this;
    let hash = length;
    let seen = 0;
    let word = 0;
    let shift = 0;
    let count = 0;
    for (let at = 0; at < length; at++) {
      const code = text.charCodeAt(at);
      seen |= code;
      word |= code << shift;
      shift += 8;
      if (shift < 32 && at + 1 < length) continue;
      if (count < WORDS) words[count++] = word;
      hash = mixed(hash ^ word);
      word = 0;
      shift = 0;
    }
    this.hash = hash;
    this.isNarrow = seen <= 0xff;
    this.length = length;
  }

  /** Writes what it is compared by: `KEY_WORDS` integers. */
  write(target: Int32Array, at: number): void {
    target[at] = this.length;
    target.set(this.words, at + 1);
  }

  /** Whether length and first letters are those that were written at `at`. */
  begins(written: Int32Array, at: number): boolean {
    const { length, words } = this;
    if (written[at] !== length) return false;
    for (let i = 0; i < WORDS && 4 * i < length; i++) if (written[at + 1 + i] !== words[i]) return false;
    return true;
  }
}

/** Of the text that is hashed: nobody needs it any more when the next one is. */
const key = new TextKey();

export function hashOfText(text: string): number {
  key.read(text);
  return key.hash;
}

/** The low bits of a product depend on the low bits of its factors only. */
function mixed(bits: number): number {
  const product = Math.imul(bits, 0x9e3779b1);
  return product ^ (product >>> 15);
}
