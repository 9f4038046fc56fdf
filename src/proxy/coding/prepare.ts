import type { ResponseSource } from '../backend/carrier.ts';
import type { DirectResponse } from '../filter/plan.ts';
import type { Edits } from '../policy/edits.ts';
import type { ContentCoding } from './accept-encoding.ts';
import { AT_ONCE, hasRoomForCoder } from './coded-response.ts';
import { codedNow } from './coders.ts';
import { type ResponseCoding, variesByCoding, weakEtag } from './response-coding.ts';

/**
 * The coding for a backend's response; null: it goes as it is. The fields that say so are put into `edits`, and also Vary
 * where another client would have got the response in another coding.
 */
export function prepareCoding(
  coding: ResponseCoding,
  { body, head }: ResponseSource,
  method: string,
  accepted: string | null,
  edits: Edits,
): ContentCoding | null {
  if (!coding.isFor(head, body.isDone && method !== 'HEAD' ? body.received : head.bodyLength)) return null;
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

/** An answer of the proxy's own in a coding that the client accepts, where it may be in any and is short. */
export function codedAnswer(
  coding: ResponseCoding,
  response: DirectResponse,
  method: string,
  accepted: string | null,
): DirectResponse {
  const { headers, status } = response;
  const body = typeof response.body === 'string' ? Buffer.from(response.body) : response.body;
  const values = (name: string) => headers.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value);
  const header = (name: string) => values(name).join(', ') || null;
  if (response.length !== undefined || !coding.isFor({ status, header }, body.length)) return response;
  const vary = variesByCoding(header('vary')) ? [] : [['Vary', 'Accept-Encoding'] as const];
  const chosen = method === 'HEAD' || body.length > AT_ONCE ? null : coding.choose(accepted);
  if (chosen === null) return vary.length === 0 ? response : { status, headers: [...headers, ...vary], body };
  return { status, headers: [...codedFields(headers, chosen), ...vary], body: codedNow(chosen, body) };
}

/** The fields of a response whose body is in that coding. */
export function codedFields(
  headers: DirectResponse['headers'],
  coding: ContentCoding,
): (readonly [name: string, value: string])[] {
  const changed = headers.flatMap(([name, value]): [string, string][] => {
    const lower = name.toLowerCase();
    if (lower === 'accept-ranges' || lower === 'content-encoding') return [];
    return [[name, lower === 'etag' ? weakEtag(value) : value]];
  });
  return [...changed, ['Content-Encoding', coding]];
}
