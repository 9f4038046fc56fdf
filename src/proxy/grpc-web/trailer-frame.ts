import { isTrailer } from '../exchange/request-writer.ts';
import type { FieldSection } from '../http1/field-section.ts';

/** The most significant bit of a frame's flags says that it has trailers, and no message. */
const TRAILERS = 0x80;

/**
 * The last frame of an answer of gRPC-Web: the trailers as lines of a header section, in lower case and without the empty
 * line that ends one.
 */
export function trailerFrame(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const frame = Buffer.allocUnsafe(5 + lines.length);
  frame[0] = TRAILERS;
  frame.writeUInt32BE(lines.length, 1);
  frame.write(lines, 5, 'latin1');
  return frame;
}

/** Those of a backend's trailers that may be passed on, with names in lower case. */
export function trailerFields(trailers: FieldSection): (readonly [name: string, value: string])[] {
  const fields: (readonly [string, string])[] = [];
  for (let index = 0; index < trailers.count; index++) {
    if (isTrailer(trailers, index)) fields.push([trailers.name(index).toLowerCase(), trailers.value(index)]);
  }
  return fields;
}
