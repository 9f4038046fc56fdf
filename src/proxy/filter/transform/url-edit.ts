import type { Transform } from '../../../ir/transform.ts';
import { percentEncoded } from './encoding.ts';
import { joinedQuery, withoutParameters } from './query.ts';
import { TextTemplate, TO_FIELD, TO_PATH, TO_QUERY } from './template.ts';
import { type Absence, isAbsence, UNFIT, type Values } from './values.ts';

/** What may stand in a Host field. */
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;
/** A segment that means another place than where it stands, however it is written. */
const DOTS = /\/(?:\.|%2e){1,2}(?:[/;]|$)/i;

/** The URL that a backend sees. */
export class UrlEdit {
  /** Whether nothing is to be done to a part of the URL. */
  readonly keepsPath: boolean;
  readonly keepsQuery: boolean;
  readonly keepsHost: boolean;
  private readonly pathTemplate: TextTemplate | null;
  private readonly host: TextTemplate | null;
  private readonly parameters: readonly { readonly name: string; readonly value: TextTemplate }[];
  private readonly drop: readonly string[];

  constructor({ hostname, path, query, dropQuery }: Transform) {
    this.keepsPath = path === null;
    this.keepsQuery = path === null && query.length === 0 && dropQuery.length === 0;
    this.keepsHost = hostname === null;
    this.pathTemplate = path === null ? null : new TextTemplate(path, TO_PATH);
    this.host = hostname === null ? null : new TextTemplate(hostname, TO_FIELD);
    this.parameters = query.map(({ name, value }) => ({
      name: percentEncoded(name),
      value: new TextTemplate(value, TO_QUERY),
    }));
    this.drop = dropQuery;
  }

  /** `before` is the path of the request. */
  path(before: string, values: Values): string | Absence {
    const path = this.pathTemplate!.fill(values);
    if (isAbsence(path)) return path;
    if (!path.startsWith('/') || path.includes('//') || DOTS.test(path)) {
      // What is empty between two slashes came from a value that is empty.
      const merged = path.replace(/\/{2,}/g, '/');
      return merged.startsWith('/') && !DOTS.test(merged) ? trimmed(merged, before) : UNFIT;
    }
    return trimmed(path, before);
  }

  /** `before` is the query so far, with its `?`, or empty. */
  query(before: string, values: Values): string | Absence {
    let own = '';
    for (let index = 0; index < this.parameters.length; index++) {
      const { name, value } = this.parameters[index]!;
      const text = value.fill(values);
      if (isAbsence(text)) {
        if (!text.mayLeaveOut) return text;
        continue;
      }
      own += own === '' ? `${name}=${text}` : `&${name}=${text}`;
    }
    return joinedQuery(own, withoutParameters(before, this.drop));
  }

  hostname(values: Values): string | Absence {
    const host = this.host!.fill(values);
    if (isAbsence(host)) return host;
    return HOST.test(host) ? host : UNFIT;
  }
}

/** A path has a slash at its end only if the client's has. */
function trimmed(path: string, before: string): string {
  return path.length > 1 && path.endsWith('/') && !before.endsWith('/') ? path.slice(0, -1) : path;
}
