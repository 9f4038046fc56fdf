import type { PathModifier } from '../../ir/filter.ts';

/** A path modifier with its value made safe to put into a request target or a Location. */
export class PathReplacement {
  readonly kind: 'full' | 'prefix';
  /** `full`: begins with `/`. `prefix`: `''`, or begins with `/` and does not end with one. */
  readonly value: string;

  constructor(modifier: PathModifier) {
    const path = escaped(modifier.value).replace(/^\/*/, '/');
    this.kind = modifier.kind;
    this.value = modifier.kind === 'prefix' ? path.replace(/\/+$/, '') : path;
  }

  /** `prefix` is what the rule matched; null, for a match that is not by prefix, leaves the path as it is. */
  apply(path: string, prefix: string | null): string {
    if (this.kind === 'full') return this.value;
    if (prefix === null) return path;
    const replaced = this.value + path.slice(prefix.length);
    return replaced === '' ? '/' : replaced;
  }
}

/** Escapes what may not stand in a path (RFC 3986 section 3.3), and `%` where it begins no escape. */
function escaped(value: string): string {
  return value.replace(/%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~!$&'()*+,;=:@/%-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
