import {
  compareWords,
  type IPRange,
  isMapped,
  parseIPRange,
  parseIPv4,
  parseIPv6,
} from '../../../ir/policy/ip-range.ts';

/**
 * A set of addresses as intervals that neither touch nor overlap, in order: looking one up is a binary search, whatever
 * the intervals span.
 */
export class IPSet {
  /** Ends of the IPv4 intervals: first, last, first, last, … */
  private readonly v4: Uint32Array;
  /** The same of IPv6, four words each. */
  private readonly v6: Uint32Array;
  private readonly words: Uint32Array;

  /** Ranges as `parseIPRange` reads them. Throws for any other. */
  constructor(texts: readonly string[]) {
    const ranges = texts.map((text) => {
      const parsed = parseIPRange(text);
      if (!parsed.ok) throw new Error(`${text} ${parsed.fault}`);
      return parsed.range;
    });
    this.v4 = pack(ranges.filter(({ first }) => first.length === 1));
    this.v6 = pack(ranges.filter(({ first }) => first.length === 4));
    this.words = new Uint32Array(4);
  }

  /** Null when the text is not an address. An IPv4 address in an IPv6 one is that IPv4 address. */
  has(address: string): boolean | null {
    const v4 = parseIPv4(address);
    if (v4 !== -1) return this.hasV4(v4);
    const { words } = this;
    const zone = address.indexOf('%');
    if (!parseIPv6(zone === -1 ? address : address.slice(0, zone), words)) return null;
    return isMapped(words) ? this.hasV4(words[3]!) : this.hasV6(words);
  }

  private hasV4(address: number): boolean {
    const { v4 } = this;
    let low = 0;
    let high = v4.length >> 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (v4[2 * middle]! <= address) low = middle + 1;
      else high = middle;
    }
    return low > 0 && address <= v4[2 * low - 1]!;
  }

  private hasV6(address: Uint32Array): boolean {
    const { v6 } = this;
    let low = 0;
    let high = v6.length >> 3;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareAt(v6, 8 * middle, address) <= 0) low = middle + 1;
      else high = middle;
    }
    return low > 0 && compareAt(v6, 8 * low - 4, address) >= 0;
  }
}

function compareAt(bounds: Uint32Array, at: number, address: Uint32Array): number {
  for (let word = 0; word < 4; word++) {
    const difference = bounds[at + word]! - address[word]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

function pack(ranges: readonly IPRange[]): Uint32Array {
  const sorted = [...ranges].sort((a, b) => compareWords(a.first, b.first));
  const merged: { first: readonly number[]; last: readonly number[] }[] = [];
  for (const { first, last } of sorted) {
    const before = merged.at(-1);
    if (before === undefined || compareWords(before.last, first) < 0) merged.push({ first, last });
    else if (compareWords(before.last, last) < 0) before.last = last;
  }
  return Uint32Array.from(merged.flatMap(({ first, last }) => [...first, ...last]));
}
