import type { ResponseHead } from '../http1/response-head.ts';
import type { Edits } from '../policy/edits.ts';
import type { ContentCoding } from './accept-encoding.ts';
import { hasRoomForCoder } from './coded-response.ts';
import { type ResponseCoding, variesByCoding, weakEtag } from './response-coding.ts';

/**
 * The coding for a backend's response; null: it goes as it is. The fields that say so are put into `edits`, and also Vary
 * where another client would have got the response in another coding.
 */
export function prepareCoding(
  coding: ResponseCoding,
  head: ResponseHead,
  method: string,
  accepted: string | null,
  edits: Edits,
): ContentCoding | null {
  if (!coding.isFor(head, head.bodyLength)) return null;
  if (!variesByCoding(head.header('vary'))) edits.add('Vary', 'Accept-Encoding');
  if (method === 'HEAD' || !hasRoomForCoder()) return null;
  const chosen = coding.choose(accepted);
  if (chosen === null) return null;
  edits.set('Content-Encoding', chosen);
  edits.remove('Accept-Ranges');
  const etag = head.header('etag');
  if (etag !== null) edits.set('ETag', weakEtag(etag));
  return chosen;
}
