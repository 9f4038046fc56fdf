import { CR, SEMICOLON, TOKEN, VALUE } from './bytes.ts';

/** Where in a chunk extension a reader stands. */
export const NAME_START = 0;
const NAME = 1;
const VALUE_START = 2;
const VALUE_TOKEN = 3;
const QUOTED = 4;
const ESCAPED = 5;
const QUOTED_END = 6;
/** The extensions are over: this byte, a CR, ends the line. */
export const EXTENSIONS_END = 7;
export const NO_EXTENSION = 8;

const EQUALS = 0x3d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The state after one more byte of `*( ";" token [ "=" ( token / quoted-string ) ] )` (RFC 9112 section 7.1.1), of which
 * the first `;` has been read. Whitespace, which a sender must not make, is refused.
 */
export function nextInExtension(state: number, byte: number): number {
  switch (state) {
    case NAME_START:
      return TOKEN[byte] !== 0 ? NAME : NO_EXTENSION;
    case NAME:
      if (TOKEN[byte] !== 0) return NAME;
      return byte === EQUALS ? VALUE_START : afterValue(byte);
    case VALUE_START:
      if (byte === QUOTE) return QUOTED;
      return TOKEN[byte] !== 0 ? VALUE_TOKEN : NO_EXTENSION;
    case VALUE_TOKEN:
      return TOKEN[byte] !== 0 ? VALUE_TOKEN : afterValue(byte);
    case QUOTED:
      if (byte === QUOTE) return QUOTED_END;
      if (byte === BACKSLASH) return ESCAPED;
      return VALUE[byte] !== 0 ? QUOTED : NO_EXTENSION;
    case ESCAPED:
      return VALUE[byte] !== 0 ? QUOTED : NO_EXTENSION;
    default:
      return afterValue(byte);
  }
}

function afterValue(byte: number): number {
  if (byte === SEMICOLON) return NAME_START;
  return byte === CR ? EXTENSIONS_END : NO_EXTENSION;
}
