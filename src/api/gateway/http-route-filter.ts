import { z } from 'zod';
import { list } from '../schema/list.ts';
import { oneMember } from '../schema/member.ts';
import { refuseRepeats } from './filter-repeats.ts';
import { corsFilterSchema, type HTTPCORSFilter } from './http-cors-filter.ts';
import { externalAuthFilterSchema, type HTTPExternalAuthFilter } from './http-external-auth-filter.ts';
import { type HTTPHeaderFilter, headerFilterSchema } from './http-header-filter.ts';
import { type HTTPRequestMirrorFilter, requestMirrorFilterSchema } from './http-mirror-filter.ts';
import { type HTTPRequestRedirectFilter, requestRedirectFilterSchema } from './http-redirect-filter.ts';
import { type HTTPURLRewriteFilter, urlRewriteFilterSchema } from './http-url-rewrite-filter.ts';
import { type LocalObjectReference, localObjectReferenceSchema } from './object-reference.ts';

/** A filter of a rule or of a backend: `type` names the one field that it has. */
export type HTTPRouteFilter =
  | { type: 'RequestHeaderModifier'; requestHeaderModifier: HTTPHeaderFilter }
  | { type: 'ResponseHeaderModifier'; responseHeaderModifier: HTTPHeaderFilter }
  | { type: 'RequestMirror'; requestMirror: HTTPRequestMirrorFilter }
  | { type: 'RequestRedirect'; requestRedirect: HTTPRequestRedirectFilter }
  | { type: 'URLRewrite'; urlRewrite: HTTPURLRewriteFilter }
  | { type: 'CORS'; cors: HTTPCORSFilter }
  | { type: 'ExternalAuth'; externalAuth: HTTPExternalAuthFilter }
  | { type: 'ExtensionRef'; extensionRef: LocalObjectReference };

const httpRouteFilterSchema = z
  .object({
    type: z.enum([
      'RequestHeaderModifier',
      'ResponseHeaderModifier',
      'RequestMirror',
      'RequestRedirect',
      'URLRewrite',
      'ExtensionRef',
      'CORS',
      'ExternalAuth',
    ]),
    requestHeaderModifier: headerFilterSchema.optional(),
    responseHeaderModifier: headerFilterSchema.optional(),
    requestMirror: requestMirrorFilterSchema.optional(),
    requestRedirect: requestRedirectFilterSchema.optional(),
    urlRewrite: urlRewriteFilterSchema.optional(),
    cors: corsFilterSchema.optional(),
    externalAuth: externalAuthFilterSchema.optional(),
    extensionRef: localObjectReferenceSchema.optional(),
  })
  .superRefine(
    oneMember('type', {
      RequestHeaderModifier: 'requestHeaderModifier',
      ResponseHeaderModifier: 'responseHeaderModifier',
      RequestMirror: 'requestMirror',
      RequestRedirect: 'requestRedirect',
      URLRewrite: 'urlRewrite',
      CORS: 'cors',
      ExternalAuth: 'externalAuth',
      ExtensionRef: 'extensionRef',
    }),
  )
  .transform((filter) => filter as HTTPRouteFilter);

/** Filters that one rule, or one backend, can have only once. */
const ONCE: ReadonlySet<string> = new Set([
  'CORS',
  'RequestHeaderModifier',
  'ResponseHeaderModifier',
  'RequestRedirect',
  'URLRewrite',
]);

export const httpRouteFiltersSchema = list(httpRouteFilterSchema, { max: 16 }).superRefine((filters, context) => {
  const first = refuseRepeats(filters, ONCE, context);
  const rewrite = first.get('URLRewrite');
  if (rewrite !== undefined && first.has('RequestRedirect')) {
    const message = `must not be URLRewrite beside the RequestRedirect of item ${first.get('RequestRedirect')}`;
    context.addIssue({ code: 'custom', path: [rewrite, 'type'], message });
  }
});
