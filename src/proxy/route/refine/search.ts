import { BlockList, isIP } from 'node:net';
import { RE2JS } from 're2js';
import { MAX_VALUE, patternOf } from '../regex.ts';
import { ERROR, type Value } from './value.ts';

export function comparingTexts(op: 'startsWith' | 'endsWith' | 'contains'): (text: Value, part: Value) => boolean {
  switch (op) {
    case 'startsWith':
      return (text, part) => (text as string).startsWith(part as string);
    case 'endsWith':
      return (text, part) => (text as string).endsWith(part as string);
    case 'contains':
      return (text, part) => (text as string).includes(part as string);
  }
}

/** Finds a pattern of RE2 anywhere in a text; one that stands for the whole text may run in V8. ERROR for a very long text. */
export function matching(source: string): (text: Value) => Value {
  if (/^\^[^|]*[^|\\]\$$/.test(source) && patternOf(source).engine === 'v8') {
    const pattern = patternOf(source);
    return (text) => ((text as string).length > MAX_VALUE ? ERROR : pattern.test(text as string));
  }
  const re2 = RE2JS.compile(source);
  return (text) => ((text as string).length > MAX_VALUE ? ERROR : re2.test(text as string));
}

/** ERROR for a text that is no address. */
export function inRange(range: string): (address: Value) => Value {
  const ranges = rangesOf([range]);
  return (address) => {
    const found = rangeHas(ranges, address as string);
    return found === null ? ERROR : found;
  };
}

/** Valid CIDR ranges. */
export function rangesOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', length = ''] = range.split('/');
    list.addSubnet(address, Number(length), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

/** Null for a text that is no address. */
export function rangeHas(ranges: BlockList, address: string): boolean | null {
  const family = isIP(address);
  return family === 0 ? null : ranges.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
