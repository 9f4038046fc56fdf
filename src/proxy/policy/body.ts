import { BodyReader } from '../http1/body.ts';
import { DONE } from '../http1/fault.ts';
import { CHUNKED } from '../http1/framing.ts';
import type { MessageLimits } from '../http1/limits.ts';

/** The content of a body that was kept with its chunks, as one of ours wrote or checked them. */
export function withoutChunks(bytes: Buffer, limits: MessageLimits): Buffer {
  const reader = new BodyReader(limits);
  reader.start(CHUNKED, 0, false);
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at = reader.position) {
    const result = reader.read(bytes, at, bytes.length);
    for (let index = 0; index < reader.segmentCount; index++) {
      parts.push(bytes.subarray(reader.segments[index * 2]!, reader.segments[index * 2 + 1]!));
    }
    if (result === DONE || reader.position === at) break;
  }
  return Buffer.concat(parts);
}
