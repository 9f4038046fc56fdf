/** What expressions may ask of a request. */
import type { MapField, TextField } from '../../../ir/expression.ts';
import { queryValue } from '../predicate.ts';
import type { RequestView } from '../request-view.ts';
import { cookieValue } from './cookie.ts';
import { ERROR, type Part, type Scope, type Value } from './value.ts';

export function textReader(field: TextField): Part {
  switch (field) {
    case 'request.method':
      return ({ view }) => view.method;
    case 'request.host':
      return ({ view }) => view.host;
    case 'request.path':
      return ({ view }) => view.path;
    case 'request.scheme':
      return ({ view }) => view.scheme;
    case 'source.address':
      return ({ view }) => view.clientAddress;
    case 'tls.sni':
      return ({ view }) => view.sni;
  }
}

/** Null: there is no such entry. */
export function mapReader(field: MapField): (view: RequestView, name: string) => string | null {
  switch (field) {
    case 'request.headers':
      return (view, name) => view.header(name);
    case 'request.query':
      return (view, name) => queryValue(view.query, name);
    case 'request.cookies':
      return cookieOf;
  }
}

export function cookieOf(view: RequestView, name: string): string | null {
  const field = view.header('cookie');
  return field === null ? null : cookieValue(field, name);
}

/** A path with more elements has none, so that looking through them stays cheap. */
const MAX_SEGMENTS = 128;

export function segmentsOf({ view }: Scope): Value {
  const segments = view.path.split('/', MAX_SEGMENTS + 2);
  return segments.length > MAX_SEGMENTS + 1 ? ERROR : segments.slice(1);
}
