import type { ParameterHeaders } from '../api/policy/gateway-parameters/headers.ts';
import type { Filter, HeaderEdits } from '../ir/filter.ts';

export const NO_FILTERS: readonly Filter[] = [];
const known = new WeakMap<ParameterHeaders, readonly Filter[]>();

/** What GatewayParameters do to the fields of all HTTP messages, as filters before those of every rule. */
export function gatewayFilters(headers: ParameterHeaders | undefined): readonly Filter[] {
  if (headers === undefined) return NO_FILTERS;
  let filters = known.get(headers);
  if (filters === undefined) {
    const { request, response } = headers;
    filters = [
      ...(request === undefined ? NO_FILTERS : [{ kind: 'RequestHeaderModifier' as const, ...editsOf(request) }]),
      ...(response === undefined ? NO_FILTERS : [{ kind: 'ResponseHeaderModifier' as const, ...editsOf(response) }]),
    ];
    known.set(headers, filters);
  }
  return filters;
}

function editsOf({ set = [], add = [], remove = [] }: NonNullable<ParameterHeaders['request']>): HeaderEdits {
  return {
    set: set.map(({ name, value }) => ({ name, value })),
    add: add.map(({ name, value }) => ({ name, value })),
    remove: [...remove],
  };
}
