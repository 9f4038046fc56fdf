import type { LocalObjectReference } from '../../api/gateway/object-reference.ts';
import { OWN_GROUP } from '../../api/policy/value.ts';
import type { Filter } from '../../ir/filter.ts';
import type { Failure } from '../../ir/table.ts';
import type { RuleContext } from '../route/filter.ts';

/** What a filter of type ExtensionRef does. "The filter MUST NOT be skipped": HTTPRouteFilter `type` of the Gateway API. */
export function convertExtension(
  { group, kind, name }: LocalObjectReference,
  field: string,
  { filterOf, report, routeKind }: RuleContext,
): readonly Filter[] | Failure {
  if (group !== OWN_GROUP || kind !== 'HTTPRouteFilter') {
    const what = `${group === '' ? kind : `${group}/${kind}`} ${name}`;
    report.unresolved.push({ reason: 'InvalidKind', message: `${field}: ${what} is of no kind that can be a filter` });
    return { status: 500, reason: 'InvalidKind' };
  }
  const found = filterOf(name);
  if (found === null) {
    report.unresolved.push({ reason: 'BackendNotFound', message: `${field}: HTTPRouteFilter ${name} does not exist` });
    return { status: 500, reason: 'FilterNotFound' };
  }
  const { content, filter, type } = found;
  if (!type.routes.includes(routeKind)) {
    report.guarded.push(`${field}: a filter of type ${filter.spec.type} cannot be used in a ${routeKind}`);
    return { status: 500, reason: 'FilterInvalid' };
  }
  if (content.faults.length > 0) {
    report.guarded.push(`${field}: HTTPRouteFilter ${name} is not accepted, so requests are answered with 500`);
    return { status: 500, reason: 'FilterInvalid' };
  }
  return content.filters;
}
