import { z } from 'zod';
import { compressionSchema } from './http-route-filter/compression.ts';
import { directResponseSchema } from './http-route-filter/direct-response.ts';
import { grpcTranscodeSchema } from './http-route-filter/grpc-transcode.ts';
import { grpcWebSchema } from './http-route-filter/grpc-web.ts';
import { soapSchema } from './http-route-filter/soap.ts';
import { transformSchema } from './http-route-filter/transform.ts';
import { ownKind } from './own-kind.ts';
import { setWhen, withRules } from './rule.ts';
import { ACCEPTED_COLUMN, AGE_COLUMN, ancestorSchema, ancestorsStatus, PROGRAMMED_COLUMN } from './status.ts';

/** The field that each type has; the names of both are one but for the case of the first letters. */
const TYPES = {
  Compression: 'compression',
  DirectResponse: 'directResponse',
  GRPCTranscode: 'grpcTranscode',
  GRPCWeb: 'grpcWeb',
  SOAP: 'soap',
  Transform: 'transform',
} as const;

type Type = keyof typeof TYPES;

const members = {
  compression: compressionSchema
    .describe('Sends responses in a content coding that the client accepts: gzip, Brotli or Zstandard.')
    .optional(),
  directResponse: directResponseSchema
    .describe('Answers every request that gets here, in place of the backend.')
    .optional(),
  grpcTranscode: grpcTranscodeSchema
    .describe('Makes JSON requests into gRPC calls to the backend, and what they return into JSON answers.')
    .optional(),
  grpcWeb: grpcWebSchema
    .describe('Lets clients speak gRPC-Web, as pages in browsers do, to backends that speak gRPC.')
    .optional(),
  soap: soapSchema
    .describe('Makes JSON requests into SOAP messages to the backend, and its messages into JSON answers.')
    .optional(),
  transform: transformSchema
    .describe('Changes requests on their way to the backend, and responses on their way back.')
    .optional(),
};

const union = z.object({ type: z.enum(Object.keys(TYPES) as [Type, ...Type[]]), ...members });

export const httpRouteFilterSpecSchema = withRules(
  union,
  ...Object.entries(TYPES).map(([type, field]) => setWhen<z.output<typeof union>, 'type'>(field, 'type', type as Type)),
);

export const { schema: httpRouteFilterSchema, definition: httpRouteFilterKind } = ownKind({
  kind: 'HTTPRouteFilter',
  plural: 'httproutefilters',
  shortNames: ['hrf'],
  description:
    'What a rule of an HTTPRoute, or one of its backends, does to requests and responses beyond the filters of the Gateway API. A filter of type ExtensionRef names it.',
  policy: null,
  spec: httpRouteFilterSpecSchema,
  status: ancestorsStatus(ancestorSchema),
  columns: [{ name: 'Type', type: 'string', jsonPath: '.spec.type' }, ACCEPTED_COLUMN, PROGRAMMED_COLUMN, AGE_COLUMN],
});

/** An HTTPRouteFilter: a filter that routes refer to (`ExtensionRef`), as against one that stands in a route itself. */
export type ExtensionFilter = z.output<typeof httpRouteFilterSchema>;
