import type { Filter } from '../../ir/filter.ts';

/**
 * When each kind of filter takes effect, whatever its place in the manifest; filters of one kind keep the manifest's
 * order. The rule's filters run before those of the chosen backend, except on the response, where the backend's run
 * first: the rule has the last word about what its clients see.
 *
 * | phase            | what leaves there                                                                            |
 * |------------------|----------------------------------------------------------------------------------------------|
 * | external-auth    | what a service says in place of a backend, but not to a preflight                            |
 * | cors             | the answer to a preflight. Response headers are added to other requests' answers at the end. |
 * | redirect         | every request that gets there                                                                |
 * | direct-response  | every request that gets there                                                                |
 * | request-headers  |                                                                                              |
 * | rewrite          |                                                                                              |
 * | transform        |                                                                                              |
 * | grpc-web         | nothing: the request is a gRPC call from here on, and its answer is made one of gRPC-Web     |
 * | mirror           | a copy of the request as it is now                                                           |
 * | grpc-transcode   | every request that gets there: it is made into another one, and its answer too               |
 * | soap             | the same                                                                                     |
 * | aggregate        | the same                                                                                     |
 * | compression      | nothing: bodies are coded last of all                                                        |
 * | response-headers |                                                                                              |
 */
export const PHASES = [
  { name: 'external-auth', kind: 'ExternalAuth' },
  { name: 'cors', kind: 'CORS' },
  { name: 'redirect', kind: 'RequestRedirect' },
  { name: 'direct-response', kind: 'DirectResponse' },
  { name: 'request-headers', kind: 'RequestHeaderModifier' },
  { name: 'rewrite', kind: 'URLRewrite' },
  { name: 'transform', kind: 'Transform' },
  { name: 'grpc-web', kind: 'GRPCWeb' },
  { name: 'mirror', kind: 'RequestMirror' },
  { name: 'grpc-transcode', kind: 'GRPCTranscode' },
  { name: 'soap', kind: 'SOAP' },
  { name: 'aggregate', kind: 'Aggregate' },
  { name: 'compression', kind: 'Compression' },
  { name: 'response-headers', kind: 'ResponseHeaderModifier' },
] as const satisfies readonly { readonly name: string; readonly kind: Filter['kind'] }[];

/** Kinds of filter that are stages (policy/stage.ts): what they do is another thing for every request. */
export const EXTENSIONS: ReadonlySet<Filter['kind']> = new Set([
  'Aggregate',
  'Compression',
  'DirectResponse',
  'ExternalAuth',
  'GRPCTranscode',
  'GRPCWeb',
  'SOAP',
  'Transform',
]);

const NO_FILTERS: readonly Filter[] = [];

/** Those of a list that are stages, in its order. */
export function extensionsOf(filters: readonly Filter[]): readonly Filter[] {
  const found = filters.filter(({ kind }) => EXTENSIONS.has(kind));
  return found.length === 0 ? NO_FILTERS : found;
}

export type Phase = (typeof PHASES)[number]['name'];

/** The same filters in the order in which they take effect. */
export function inPhaseOrder(filters: readonly Filter[]): readonly Filter[] {
  return PHASES.flatMap((phase) => filters.filter((filter) => filter.kind === phase.kind));
}

export function ofKind<K extends Filter['kind']>(
  filters: readonly Filter[],
  kind: K,
): readonly Extract<Filter, { kind: K }>[] {
  return filters.filter((filter): filter is Extract<Filter, { kind: K }> => filter.kind === kind);
}
