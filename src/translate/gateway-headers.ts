import type { ParameterHeaders } from '../api/policy/gateway-parameters/headers.ts';
import type { Filter, HeaderEdits } from '../ir/filter.ts';

const NONE: readonly Filter[] = [];
const known = new WeakMap<ParameterHeaders, readonly Filter[]>();

/** What GatewayParameters do to the fields of all HTTP messages, as filters before those of every rule. */
export function gatewayFilters(headers: ParameterHeaders | undefined): readonly Filter[] {
  if (headers === undefined) return NONE;
  let filters = known.get(headers);
  if (filters === undefined) {
    const { request, response } = headers;
    filters = [
      ...(request === undefined ? NONE : [{ kind: 'RequestHeaderModifier' as const, ...editsOf(request) }]),
      ...(response === undefined ? NONE : [{ kind: 'ResponseHeaderModifier' as const, ...editsOf(response) }]),
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
