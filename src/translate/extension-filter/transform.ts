import type { ClaimSource as ClaimSourceSpec, Claims } from '../../api/policy/http-route-filter/claims.ts';
import type { Transform as TransformSpec } from '../../api/policy/http-route-filter/transform.ts';
import type { Filter } from '../../ir/filter.ts';
import type { ClaimSource, HeaderEdit, QueryEdit, Template, Transform } from '../../ir/transform.ts';
import { secretReferent } from '../incremental/references.ts';
import { keyOf } from '../object.ts';
import { constantEdits } from './constant-edits.ts';
import { convertHeaderActions } from './header-actions.ts';
import { parseTemplate } from './template.ts';
import type { FilterContext, FilterType } from './type.ts';

export const transformType: FilterType = {
  routes: ['HTTPRoute', 'GRPCRoute'],
  listeners: true,
  *referents({ metadata, spec }) {
    const { requestHeaders = [], responseHeaders = [] } = spec.transform!;
    for (const { valueFrom } of [...requestHeaders, ...responseHeaders]) {
      if (valueFrom === undefined) continue;
      yield secretReferent(keyOf({ namespace: metadata.namespace, name: valueFrom.secretKeyRef.name }));
    }
  },
  convert: ({ metadata, spec }, context) => {
    const faults: string[] = [];
    const secrets: Record<string, string> = {};
    const filters = convert(keyOf(metadata), spec.transform!, context, { faults, secrets });
    return { filters, faults, secrets };
  },
};

type Report = { readonly faults: string[]; readonly secrets: Record<string, string> };

function convert(filter: string, spec: TransformSpec, context: FilterContext, report: Report): readonly Filter[] {
  const { claims = {}, method = null } = spec;
  const url = convertURL(spec, claims, report.faults);
  const request = [
    ...convertHeaderActions(spec.requestHeaders ?? [], 'transform.requestHeaders', context.secret, report),
    ...(claims.headers ?? []).map(({ name, from }): HeaderEdit => ({ action: 'set', name, value: claimed(from) })),
  ];
  const response = convertHeaderActions(
    spec.responseHeaders ?? [],
    'transform.responseHeaders',
    context.secret,
    report,
  );
  for (const [index, edit] of request.entries()) {
    const templates = 'value' in edit ? [edit.value] : 'find' in edit ? [edit.find, edit.with] : [];
    if (templates.some(namesEndpoint)) {
      report.faults.push(`transform.requestHeaders[${index}]: {BackendBaseURL} is known in responses only`);
    }
  }
  // What is the same for every request needs no stage of its own: it becomes what a header modifier of the route would be.
  const constantRequest = constantEdits(request);
  const constantResponse = constantEdits(response);
  const filters: Filter[] = [
    ...(constantRequest ?? []).map((edits): Filter => ({ kind: 'RequestHeaderModifier', ...edits })),
    ...(constantResponse ?? []).map((edits): Filter => ({ kind: 'ResponseHeaderModifier', ...edits })),
  ];
  const transform: Transform = {
    kind: 'Transform',
    filter,
    method,
    ...url,
    request: constantRequest === null ? request : [],
    response: constantResponse === null ? response : [],
  };
  return doesNothing(transform) ? filters : [...filters, transform];
}

function convertURL(
  { urlTemplate }: TransformSpec,
  claims: Claims,
  faults: string[],
): Pick<Transform, 'hostname' | 'path' | 'query' | 'dropQuery'> {
  const pathParams = new Map((claims.pathParams ?? []).map(({ name, from }) => [name, claimOf(from)]));
  const parse = (text: string): Template => parseTemplate(text, pathParams);
  const { hostname, path, query = [], removeConsumedQuery = false } = urlTemplate ?? {};
  const host = hostname === undefined ? null : parse(hostname);
  const route = path === undefined ? null : parse(path);
  const edits: QueryEdit[] = [];
  const drop = new Set<string>();
  for (const { action, name, value } of query) {
    if (action !== 'Add') drop.add(name);
    if (value !== undefined) edits.push({ name, value: parse(value) });
  }
  for (const { name, from } of claims.queryParams ?? []) {
    drop.add(name);
    edits.push({ name, value: claimed(from) });
  }
  const templates = [host ?? [], route ?? [], ...edits.map(({ value }) => value)];
  for (const part of templates.flat()) {
    if (part.from === 'query' && removeConsumedQuery) drop.add(part.name);
  }
  if (templates.some(namesEndpoint)) faults.push('transform.urlTemplate: {BackendBaseURL} is known in responses only');
  const used = new Set(templates.flat().flatMap((part) => (part.from === 'claim' ? [part.claim] : [])));
  for (const [name, claim] of pathParams) {
    if (!used.has(claim)) faults.push(`transform.claims.pathParams: urlTemplate has no placeholder {${name}}`);
  }
  return { hostname: host, path: route, query: edits, dropQuery: [...drop] };
}

function claimed(from: ClaimSourceSpec): Template {
  return [{ from: 'claim', claim: claimOf(from) }];
}

function claimOf({ claim, split, optional }: ClaimSourceSpec): ClaimSource {
  return { claim, split: split === undefined ? null : { delimiter: split.delimiter, index: split.index }, optional };
}

function namesEndpoint(template: Template): boolean {
  return template.some((part) => part.from === 'request' && part.name === 'BackendBaseURL');
}

function doesNothing({ method, hostname, path, query, dropQuery, request, response }: Transform): boolean {
  const lists = [query, dropQuery, request, response];
  return method === null && hostname === null && path === null && lists.every((list) => list.length === 0);
}
