import { z } from 'zod';
import type { Issue } from '../schema/issue.ts';
import { list, set } from '../schema/list.ts';
import { integer } from '../schema/number.ts';
import { backendObjectReferenceFields, portFitsKind, weight } from './backend-reference.ts';
import { duration, milliseconds } from './duration.ts';
import { type HTTPRouteFilter, httpRouteFiltersSchema } from './http-route-filter.ts';
import { httpRouteMatchSchema } from './http-route-match.ts';
import { sectionName } from './name.ts';
import { boundedMatches, uniqueRuleNames } from './route-rules.ts';
import { sessionPersistenceSchema } from './session-persistence.ts';

const httpBackendRefSchema = z
  .object({ ...backendObjectReferenceFields, weight, filters: httpRouteFiltersSchema.optional() })
  .superRefine(portFitsKind);

const retrySchema = z.object({
  attempts: integer(0, Number.MAX_SAFE_INTEGER).default(1),
  backoff: duration.optional(),
  codes: set(integer(400, 599)).optional(),
});

const timeoutsSchema = z
  .object({ request: duration.optional(), backendRequest: duration.optional() })
  .superRefine(({ request, backendRequest }, context) => {
    if (request === undefined || backendRequest === undefined || milliseconds(request) === 0) return;
    if (milliseconds(backendRequest) <= milliseconds(request)) return;
    const message = `must not be longer than request, ${request}; it is ${backendRequest}`;
    context.addIssue({ code: 'custom', path: ['backendRequest'], message });
  });

const httpRouteRuleSchema = z
  .object({
    name: sectionName.optional(),
    matches: list(httpRouteMatchSchema, { max: 64 }).prefault([{}]),
    filters: httpRouteFiltersSchema.optional(),
    backendRefs: list(httpBackendRefSchema, { max: 16 }).optional(),
    timeouts: timeoutsSchema.optional(),
    retry: retrySchema.optional(),
    sessionPersistence: sessionPersistenceSchema.optional(),
  })
  .superRefine((rule, context) => {
    for (const issue of [...redirectBesideBackends(rule), ...prefixReplacements(rule)]) {
      context.addIssue({ code: 'custom', path: [...issue.path], message: issue.message });
    }
  });

export type HTTPRouteRule = z.output<typeof httpRouteRuleSchema>;

function redirectBesideBackends({ filters = [], backendRefs = [] }: HTTPRouteRule): Issue[] {
  const redirect = filters.findIndex((filter) => 'requestRedirect' in filter);
  if (redirect < 0 || backendRefs.length === 0) return [];
  const message = `must not have items: the RequestRedirect of filters item ${redirect} answers every request of the rule`;
  return [{ path: ['backendRefs'], message }];
}

/** A prefix can be replaced only where one PathPrefix match says which prefix that is. */
function prefixReplacements({ matches, filters = [], backendRefs = [] }: HTTPRouteRule): Issue[] {
  if (matches.length === 1 && matches[0]!.path.type === 'PathPrefix') return [];
  const wrong = (path: Issue['path'], type: string): Issue => ({
    path: [...path, 'path', 'type'],
    message: `must not be ReplacePrefixMatch in a ${type} unless the rule has exactly one match, of path type PathPrefix`,
  });
  const found: Issue[] = [];
  for (const [type, field] of REPLACING) {
    filters.forEach((filter, index) => {
      if (replacesPrefix(filter, field)) found.push(wrong(['filters', index, field], type));
    });
    const inBackends: Issue[] = [];
    backendRefs.forEach(({ filters: own = [] }, backend) => {
      own.forEach((filter, index) => {
        if (replacesPrefix(filter, field))
          inBackends.push(wrong(['backendRefs', backend, 'filters', index, field], type));
      });
    });
    // The CRD asks "exactly one backendRef", so two of them escape its rule; the verdict must be the same here.
    if (inBackends.length === 1) found.push(...inBackends);
  }
  return found;
}

const REPLACING = [
  ['RequestRedirect', 'requestRedirect'],
  ['URLRewrite', 'urlRewrite'],
] as const;

function replacesPrefix(filter: HTTPRouteFilter, field: 'requestRedirect' | 'urlRewrite'): boolean {
  const { path } = (filter as Partial<Record<typeof field, { path?: { type: string } }>>)[field] ?? {};
  return path?.type === 'ReplacePrefixMatch';
}

export const httpRouteRulesSchema = list(httpRouteRuleSchema, { min: 1, max: 16 })
  .superRefine(uniqueRuleNames)
  .superRefine(boundedMatches);
