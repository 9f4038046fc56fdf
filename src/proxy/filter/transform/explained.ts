import type { Filter } from '../../../ir/filter.ts';
import type { Template, Transform } from '../../../ir/transform.ts';
import type { CompiledMatch } from '../../compile/compiled.ts';
import { queryValue } from '../../route/predicate.ts';
import type { RequestView } from '../../route/request-view.ts';
import { UrlEdit } from './url-edit.ts';
import { type Absence, isAbsence, NOT_CAPTURED, NOT_SENT, type ValuePart, type Values } from './values.ts';

/** What a backend would see of a request. */
export type Forwarded = { readonly host: string; readonly path: string };

/** The values that are known without a connection. */
class ViewValues implements Values {
  private readonly view: RequestView;
  private readonly match: CompiledMatch;

  constructor(view: RequestView, match: CompiledMatch) {
    this.view = view;
    this.match = match;
  }

  ofPath(name: string): string | null {
    return this.match.encodedCaptures(this.view)[name] ?? null;
  }

  of(part: ValuePart): string | Absence {
    switch (part.from) {
      case 'capture':
        return this.match.captures(this.view)[part.name] ?? NOT_CAPTURED;
      case 'query':
        return queryValue(this.view.query, part.name) ?? NOT_SENT;
      case 'header':
        return this.view.header(part.name) ?? NOT_SENT;
      default:
        return '';
    }
  }
}

/**
 * `before` with what transforms make of it. A template with a value that only a connection or an identity has is shown as
 * it is written.
 */
export function transformed(
  filters: readonly Filter[],
  before: Forwarded & { readonly query: string },
  view: RequestView,
  match: CompiledMatch,
): Forwarded {
  const values = new ViewValues(view, match);
  let { host, path, query } = before;
  for (const filter of filters) {
    if (filter.kind !== 'Transform') continue;
    const url = new UrlEdit(filter);
    if (!url.keepsHost) host = shown(url.hostname(values), filter.hostname!);
    if (!url.keepsPath) path = shown(url.path(view.path, values), filter.path!);
    if (!url.keepsQuery) query = queryOf(url.query(query, values), filter, query);
  }
  return { host, path: path + query };
}

function shown(text: string | Absence, template: Template): string {
  if (template.some(isUnknown)) return template.map(writtenPart).join('');
  return isAbsence(text) ? `(${text.status} ${text.reason})` : text;
}

function queryOf(text: string | Absence, { query }: Transform, before: string): string {
  if (!query.some(({ value }) => value.some(isUnknown))) return isAbsence(text) ? before : text;
  const own = query.map(({ name, value }) => `${name}=${value.map(writtenPart).join('')}`).join('&');
  return before === '' ? `?${own}` : `?${own}&${before.slice(1)}`;
}

function isUnknown({ from }: Template[number]): boolean {
  return from === 'request' || from === 'claim';
}

function writtenPart(part: Template[number]): string {
  if (part.from === 'text') return part.text;
  if (part.from === 'claim') return `{claim ${part.claim.claim}}`;
  return part.from === 'query' || part.from === 'header' ? `{${part.from}.${part.name}}` : `{${part.name}}`;
}
