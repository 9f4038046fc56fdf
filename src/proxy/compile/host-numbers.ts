import { KEY_WORDS, TextKey } from '../route/text-key.ts';

/**
 * Numbers of the hosts of an index, and what they are told by, side by side: the texts themselves lie apart, and requests for
 * different hosts follow each other. Immutable.
 */
export class HostNumbers {
  static readonly none = new HostNumbers(new Map(), new Int32Array(0), [], []);

  private readonly numbers: ReadonlyMap<string, number>;
  /** By number, `KEY_WORDS` of each. */
  private readonly words: Int32Array;
  /** By number. */
  private readonly names: readonly string[];
  /** Numbers that no host has any more. */
  private readonly free: readonly number[];

  private constructor(
    numbers: ReadonlyMap<string, number>,
    words: Int32Array,
    names: readonly string[],
    free: readonly number[],
  ) {
    this.numbers = numbers;
    this.words = words;
    this.names = names;
    this.free = free;
  }

  /** Whether the number is that of `host`, of which `key` is the key. */
  isOf(number: number, host: string, key: TextKey): boolean {
    if (!key.begins(this.words, number * KEY_WORDS)) return false;
    return key.isWhole || this.names[number] === host;
  }

  /** The number of a host that is known. */
  of(host: string): number {
    return this.numbers.get(host)!;
  }

  /** With others. `gone` are known, `fresh` are not. */
  with(gone: readonly string[], fresh: readonly string[]): HostNumbers {
    if (gone.length === 0 && fresh.length === 0) return this;
    const numbers = new Map(this.numbers);
    const names = [...this.names];
    const free = [...this.free];
    for (const host of gone) {
      free.push(numbers.get(host)!);
      numbers.delete(host);
    }
    for (const host of fresh) {
      const number = free.pop() ?? names.length;
      numbers.set(host, number);
      names[number] = host;
    }
    const words = new Int32Array(names.length * KEY_WORDS);
    words.set(this.words);
    const key = new TextKey();
    for (const host of fresh) {
      key.read(host);
      key.write(words, numbers.get(host)! * KEY_WORDS);
    }
    return new HostNumbers(numbers, words, names, free);
  }
}
