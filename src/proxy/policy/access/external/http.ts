/** The form of external authorization that is plain HTTP (GEP-1494): 2xx lets a request pass, everything else is the answer. */
import type { ExternalService } from '../../../../ir/policy/access.ts';
import type { SubrequestOptions, SubrequestResponse } from '../../../exchange/subrequest.ts';
import type { Visit } from '../../visit.ts';
import { type Field, fieldsOf, isPortable } from './request.ts';
import type { ExternalVerdict } from './verdict.ts';

/** What the service always sees. */
const ALWAYS = ['authorization'];
/** Of an answer, what describes its own body or sender. */
const OF_ANSWER: ReadonlySet<string> = new Set([
  'content-type',
  'content-encoding',
  'server',
  'set-cookie',
  'vary',
  'cache-control',
]);

export function httpQuestion(entry: ExternalService, visit: Visit, maxBody: number): SubrequestOptions {
  const { head } = visit;
  const wanted = new Set([...ALWAYS, ...(entry.maxBody > 0 ? ['content-type'] : []), ...entry.allowedHeaders]);
  for (const [name] of aboutRequest(visit)) wanted.delete(name);
  return {
    backend: entry.backend,
    method: head.method,
    path: `${entry.path}${head.path}${head.query}`,
    host: head.authority,
    headers: [...fieldsOf(visit, wanted), ...aboutRequest(visit)],
    body: entry.maxBody > 0 ? visit.body() : null,
    timeout: entry.timeout,
    maxBody,
  };
}

/** What proxies that know this form send beside the request, in our words and never the client's. */
function aboutRequest(visit: Visit): Field[] {
  const { head } = visit;
  return [
    ['x-forwarded-method', head.method],
    ['x-forwarded-proto', visit.scheme],
    ['x-forwarded-host', head.authority],
    ['x-forwarded-uri', `${head.path}${head.query}`],
    ['x-forwarded-for', visit.clientAddress],
    ['x-request-id', visit.requestId],
  ];
}

/** Null: the service has failed itself. */
export function httpVerdict(response: SubrequestResponse, allowed: readonly string[]): ExternalVerdict | null {
  const { body, status } = response;
  if (status >= 500) return null;
  const headers = response.headers.map(([name, value]): Field => [name.toLowerCase(), value]);
  const portable = headers.filter(([name]) => isPortable(name));
  if (status < 200 || status > 299) return { isAllowed: false, response: { status, headers: portable, body } };
  const set = portable.filter(([name]) => (allowed.length === 0 ? !OF_ANSWER.has(name) : allowed.includes(name)));
  return { isAllowed: true, set, add: [], remove: allowed, respond: [] };
}
