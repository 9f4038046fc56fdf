import type { RequestRedirect } from '../../ir/filter.ts';
import type { CompiledMatch, Redirect } from '../compile/compiled.ts';
import type { RequestView } from '../route/request-view.ts';
import { PathReplacement } from './path-modifier.ts';
import type { DirectResponse } from './plan.ts';

const WELL_KNOWN = { http: 80, https: 443 };

/** RequestRedirect: answers with a Location that keeps the query. */
export class RequestRedirector implements Redirect {
  private readonly filter: RequestRedirect;
  private readonly replacement: PathReplacement | null;

  constructor(filter: RequestRedirect) {
    this.filter = filter;
    this.replacement = filter.path === null ? null : new PathReplacement(filter.path);
  }

  response(view: RequestView, match: CompiledMatch, publicPort: (port: number) => number): DirectResponse {
    const path = this.replacement === null ? view.path : this.replacement.apply(view.path, match.prefix);
    const location = `${this.origin(view.host, match, publicPort)}${path}${view.query}`;
    return { status: this.filter.statusCode, headers: [['Location', location]], body: '' };
  }

  /**
   * The port is the filter's, else the well-known one of the filter's scheme, else the listener's (Gateway API,
   * HTTPRequestRedirectFilter.port); it is left out when the scheme implies it. A request without a host gets a
   * Location without one (RFC 9110 section 10.2.2).
   */
  private origin(host: string, match: CompiledMatch, publicPort: (port: number) => number): string {
    const { listener } = match.listener;
    const { filter } = this;
    const scheme = filter.scheme ?? (listener.protocol === 'HTTPS' ? 'https' : 'http');
    const hostname = filter.hostname ?? host;
    if (hostname === '') return '';
    const authority = hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname;
    const port = publicPort(filter.port ?? (filter.scheme === null ? listener.port : WELL_KNOWN[filter.scheme]));
    return port === WELL_KNOWN[scheme] ? `${scheme}://${authority}` : `${scheme}://${authority}:${port}`;
  }
}
