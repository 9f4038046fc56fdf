import { z } from 'zod';
import { list } from '../schema/list.ts';
import { oneMember } from '../schema/member.ts';
import { refuseRepeats } from './filter-repeats.ts';
import { headerFilterSchema } from './http-header-filter.ts';
import { requestMirrorFilterSchema } from './http-mirror-filter.ts';
import type { HTTPRouteFilter } from './http-route-filter.ts';
import { localObjectReferenceSchema } from './object-reference.ts';

/** A filter of a rule or of a backend: those of an HTTPRoute that make sense for gRPC. */
export type GRPCRouteFilter = Extract<
  HTTPRouteFilter,
  { type: 'RequestHeaderModifier' | 'ResponseHeaderModifier' | 'RequestMirror' | 'ExtensionRef' }
>;

const grpcRouteFilterSchema = z
  .object({
    type: z.enum(['ResponseHeaderModifier', 'RequestHeaderModifier', 'RequestMirror', 'ExtensionRef']),
    requestHeaderModifier: headerFilterSchema.optional(),
    responseHeaderModifier: headerFilterSchema.optional(),
    requestMirror: requestMirrorFilterSchema.optional(),
    extensionRef: localObjectReferenceSchema.optional(),
  })
  .superRefine(
    oneMember('type', {
      RequestHeaderModifier: 'requestHeaderModifier',
      ResponseHeaderModifier: 'responseHeaderModifier',
      RequestMirror: 'requestMirror',
      ExtensionRef: 'extensionRef',
    }),
  )
  .transform((filter) => filter as GRPCRouteFilter);

/** Filters that one rule, or one backend, can have only once. */
const ONCE: ReadonlySet<string> = new Set(['RequestHeaderModifier', 'ResponseHeaderModifier']);

export const grpcRouteFiltersSchema = list(grpcRouteFilterSchema, { max: 16 }).superRefine((filters, context) => {
  refuseRepeats(filters, ONCE, context);
});
