import { compactJSON } from './json.ts';

/** What came of one request for a part. */
export type PartAnswer =
  | {
      readonly status: number;
      readonly headers: readonly (readonly [name: string, value: string])[];
      readonly body: Buffer;
    }
  | { readonly failure: string };

/** Why a part failed, for logs and metrics. */
export type PartFailure = { readonly failure: string };

/** The JSON of a part; a success without a body is null. */
export function jsonOf(answer: PartAnswer): string | PartFailure {
  if ('failure' in answer) return answer;
  const { body, headers, status } = answer;
  if (status < 200 || status > 299) return { failure: 'part-status' };
  if (body.length === 0) return 'null';
  const coding = headers.find(([name]) => name.toLowerCase() === 'content-encoding')?.[1] ?? 'identity';
  const json = coding.toLowerCase() === 'identity' ? compactJSON(body) : null;
  return json ?? { failure: 'part-not-json' };
}
