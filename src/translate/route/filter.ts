import type { HTTPCORSFilter } from '../../api/gateway/http-cors-filter.ts';
import type { HTTPRequestMirrorFilter } from '../../api/gateway/http-mirror-filter.ts';
import type { HTTPPathModifier } from '../../api/gateway/http-path-modifier.ts';
import type { HTTPRouteFilter } from '../../api/gateway/http-route-filter.ts';
import type { Cors, Filter, PathModifier, RequestMirror } from '../../ir/filter.ts';
import type { Failure } from '../../ir/table.ts';
import { convertExtension } from '../extension-filter/reference.ts';
import type { Resolve } from './backend-ref.ts';
import { convertExternalAuth } from './external-auth.ts';
import { convertHeaderEdits } from './header-edits.ts';
import type { FilterOf } from './remembered.ts';
import type { RuleReport } from './report.ts';

/** What all filters of a rule have in common. */
export type RuleContext = {
  readonly routeKind: 'HTTPRoute' | 'GRPCRoute';
  readonly resolve: Resolve;
  readonly filterOf: FilterOf;
  readonly report: RuleReport;
};

export type FilterContext = RuleContext & {
  /** `filters` or `backendRefs[1].filters`. */
  readonly field: string;
};

/** `failure` is the answer in place of everything that these filters would have been applied to. */
export type Filters = { readonly filters: readonly Filter[]; readonly failure: Failure | null };

export function convertFilters(filters: readonly HTTPRouteFilter[], context: FilterContext): Filters {
  const converted: Filter[] = [];
  let failure: Failure | null = null;
  for (const [index, filter] of filters.entries()) {
    const result = convert(filter, `${context.field}[${index}]`, context);
    if (isFailure(result)) failure ??= result;
    else if ('kind' in result) converted.push(result);
    else converted.push(...result);
  }
  return failure === null ? { filters: converted, failure } : { filters: [], failure };
}

function isFailure(result: Filter | readonly Filter[] | Failure): result is Failure {
  return 'reason' in result;
}

function convert(filter: HTTPRouteFilter, field: string, context: FilterContext): Filter | readonly Filter[] | Failure {
  const { report } = context;
  switch (filter.type) {
    case 'RequestHeaderModifier': {
      const path = `${field}.requestHeaderModifier`;
      return { kind: filter.type, ...convertHeaderEdits(filter.requestHeaderModifier, 'request', path, report) };
    }
    case 'ResponseHeaderModifier': {
      const path = `${field}.responseHeaderModifier`;
      return { kind: filter.type, ...convertHeaderEdits(filter.responseHeaderModifier, 'response', path, report) };
    }
    case 'RequestRedirect': {
      const { scheme = null, hostname = null, path, port = null, statusCode } = filter.requestRedirect;
      const modifier = convertPathModifier(path, `${field}.requestRedirect.path`, report);
      return { kind: filter.type, scheme, hostname, path: modifier, port, statusCode };
    }
    case 'URLRewrite': {
      const { hostname = null, path } = filter.urlRewrite;
      return { kind: filter.type, hostname, path: convertPathModifier(path, `${field}.urlRewrite.path`, report) };
    }
    case 'RequestMirror':
      return convertMirror(filter.requestMirror, `${field}.requestMirror`, context);
    case 'CORS':
      return convertCors(filter.cors);
    case 'ExternalAuth':
      return convertExternalAuth(filter.externalAuth, `${field}.externalAuth`, context);
    case 'ExtensionRef':
      return convertExtension(filter.extensionRef, `${field}.extensionRef`, context);
  }
}

/** The value ends up in a request line or a Location: it must be a path, or empty. */
function convertPathModifier(
  modifier: HTTPPathModifier | undefined,
  field: string,
  report: RuleReport,
): PathModifier | null {
  if (modifier === undefined) return null;
  const full = modifier.type === 'ReplaceFullPath';
  const value = (full ? modifier.replaceFullPath : modifier.replacePrefixMatch) ?? '';
  if (!/^(?:\/(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})*)?$/.test(value)) {
    const what = 'must begin with "/" and hold only characters of a URL path, others percent-encoded';
    report.invalid.push(`${field}: ${JSON.stringify(value)} ${what}`);
  }
  return { kind: full ? 'full' : 'prefix', value: full && value === '' ? '/' : value };
}

function convertMirror(mirror: HTTPRequestMirrorFilter, field: string, context: FilterContext): RequestMirror {
  const resolution = context.resolve(mirror.backendRef);
  if (!resolution.ok) {
    const { reason, message } = resolution;
    context.report.unresolved.push({ reason, message: `${field}.backendRef: ${message}` });
  } else if (resolution.aggregate !== undefined) {
    const message = `${field}.backendRef: an Aggregate cannot get copies of requests, only a Service can`;
    context.report.unresolved.push({ reason: 'InvalidKind', message });
  }
  const { numerator, denominator } = mirror.fraction ?? { numerator: mirror.percent ?? 100, denominator: 100 };
  const isUsable = resolution.ok && resolution.failure === null && resolution.aggregate === undefined;
  const backend = isUsable ? resolution.key : null;
  return { kind: 'RequestMirror', backend, numerator, denominator };
}

function convertCors(cors: HTTPCORSFilter): Cors {
  return {
    kind: 'CORS',
    allowOrigins: (cors.allowOrigins ?? []).map(normaliseOrigin),
    allowCredentials: cors.allowCredentials ?? false,
    allowMethods: [...(cors.allowMethods ?? [])],
    allowHeaders: [...(cors.allowHeaders ?? [])],
    exposeHeaders: [...(cors.exposeHeaders ?? [])],
    maxAge: cors.maxAge,
  };
}

/** As browsers write an Origin (RFC 6454 section 6.2): lower case, without the scheme's own port. */
function normaliseOrigin(origin: string): string {
  return origin.toLowerCase().replace(/^(http:.*):80$|^(https:.*):443$/, '$1$2');
}
