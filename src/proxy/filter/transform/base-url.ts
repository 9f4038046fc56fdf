import type { Visit } from '../../policy/visit.ts';

/** Without a slash at the end, and without a port that the scheme implies. Null when nobody said which host is meant. */
export function baseURL(visit: Visit): string | null {
  const { publicURL } = visit.runtime.options;
  if (publicURL !== '') return publicURL;
  const { head } = visit;
  if (!head.target.hasAuthority) return null;
  let scheme: string = visit.scheme;
  let authority = head.authority;
  if (visit.isTrusted) {
    const proto = head.header('x-forwarded-proto');
    if (proto === 'http' || proto === 'https') scheme = proto;
    const host = head.header('x-forwarded-host');
    if (host !== null && /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/.test(host)) authority = host;
  }
  return `${scheme}://${withoutPort(scheme, authority)}`;
}

/** Of the endpoint that the request went to; null while there is none. */
export function endpointURL(visit: Visit): string | null {
  const pool = visit.endpoint;
  if (pool === null) return null;
  const scheme = pool.security === null ? 'http' : 'https';
  return `${scheme}://${withoutPort(scheme, pool.name)}`;
}

function withoutPort(scheme: string, authority: string): string {
  const implied = scheme === 'http' ? ':80' : ':443';
  return authority.endsWith(implied) ? authority.slice(0, -implied.length) : authority;
}
