import type { GRPCRouteRule } from '../../api/gateway/grpc-route.ts';
import type { GRPCMethodMatch } from '../../api/gateway/grpc-route-match.ts';
import type { Match, PathMatch } from '../../ir/match.ts';
import { ANY_PATH, checkPattern, convertValues, EVERYTHING, type RuleMatches } from './match.ts';

/** The rule's matches in terms of HTTP: a call of `shop.Cart`'s `Add` is a request for `/shop.Cart/Add`. */
export function convertGRPCMatches({ matches = [] }: GRPCRouteRule): RuleMatches {
  const invalid: string[] = [];
  // An empty list is as good as none: the rule matches every call.
  if (matches.length === 0) return { matches: [EVERYTHING], invalid };
  const converted = matches.map(({ method, headers = [] }, index): Match => {
    const field = `matches[${index}]`;
    return {
      path: method === undefined ? ANY_PATH : convertMethod(method, `${field}.method`, invalid),
      headers: convertValues(
        headers.map((header) => ({ ...header, name: header.name.toLowerCase() })),
        `${field}.headers`,
        invalid,
      ),
      query: [],
      method: '',
    };
  });
  return { matches: converted, invalid };
}

/**
 * An empty name is as good as none. A method of whatever service goes behind all services: more characters of the service decide
 * first (GRPCRouteSpec.rules).
 */
function convertMethod(
  { type, service = '', method = '' }: GRPCMethodMatch,
  field: string,
  invalid: string[],
): PathMatch {
  if (service === '' && method === '') return ANY_PATH;
  if (type === 'RegularExpression') {
    if (service !== '') checkPattern(service, `${field}.service`, invalid);
    if (method !== '') checkPattern(method, `${field}.method`, invalid);
    const value = `/${group(service)}/${group(method)}`;
    return service === '' ? { kind: 'regex', value, afterPrefixes: true } : { kind: 'regex', value };
  }
  // A name from the root means the same as one without the dot, which is what stands in a request.
  const path = `/${service.replace(/^\./, '')}`;
  if (method === '') return { kind: 'prefix', value: path };
  if (service !== '') return { kind: 'exact', value: `${path}/${method}` };
  return { kind: 'regex', value: `/[^/]+/${method}`, afterPrefixes: true };
}

function group(pattern: string): string {
  return pattern === '' ? '[^/]+' : `(?:${pattern})`;
}
