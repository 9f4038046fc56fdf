import { CONNECTION_FIELDS } from '../../../ir/connection-fields.ts';
import type { CredentialSource } from '../../../ir/policy/access.ts';
import { latin1 } from '../../http1/bytes.ts';
import type { FieldSection } from '../../http1/field-section.ts';
import { isWord } from '../../http1/framing.ts';
import type { Visit } from '../visit.ts';
import { cookieValue, withoutCookie } from './cookie.ts';
import { digestAgain, digestFor } from './digest.ts';
import { queryValue, withoutParameter } from './query.ts';

/** Finds a credential in requests, and takes it out of them. */
export class Credential {
  private readonly sources: readonly Source[];
  /** The header that is its only place, in lower case; null: there are others, or it stays. */
  private readonly onlyField: readonly string[] | null;

  constructor(sources: readonly CredentialSource[]) {
    this.sources = sources.map(({ type, name, prefix }) => {
      const field = type === 'Header' ? name.toLowerCase() : 'cookie';
      return { type, name, field, prefix: prefix.toLowerCase(), isConnection: CONNECTION_FIELDS.has(field) };
    });
    const [first] = this.sources;
    const isAlone = this.sources.length === 1 && first!.type === 'Header' && !first!.isConnection;
    this.onlyField = isAlone ? [first!.field] : null;
  }

  /** The first that there is; null without. A field of the name that holds something else counts for nothing. */
  find(visit: Visit): string | null {
    const { sources } = this;
    for (let index = 0; index < sources.length; index++) {
      const found = read(sources[index]!, visit);
      if (found !== null) return found;
    }
    return null;
  }

  /**
   * The digest of what `find` finds; null without. A credential that comes in a header and that the client brought last is known by its
   * bytes: no text is made of it.
   */
  digest(visit: Visit): string | null {
    const again = this.sources.length === 0 ? null : digestOfField(this.sources[0]!, visit);
    if (again !== null) return again;
    const found = this.find(visit);
    return found === null ? null : digestFor(visit.client, found);
  }

  /**
   * What backends are to see of the request has no credential any more, in none of its places. To be called where one was
   * found.
   */
  remove(visit: Visit): void {
    if (this.onlyField !== null) {
      visit.request.removeAll(this.onlyField);
      return;
    }
    for (const source of this.sources) {
      if (source.type === 'Header') {
        // A field that may hold nothing else need not be read again.
        const isThere = source.prefix === '' ? visit.head.fields.includes(source.field) : read(source, visit) !== null;
        if (isThere && !source.isConnection) visit.request.removeOwn(source.field);
      } else if (source.type === 'QueryParam') {
        const query = visit.query ?? visit.head.query;
        const rest = withoutParameter(query, source.name);
        if (rest !== query) visit.query = rest;
      } else {
        const cookies = visit.request.get('cookie') ?? visit.head.header('cookie');
        const rest = cookies === null ? null : withoutCookie(cookies, source.name);
        if (rest === '') visit.request.remove('cookie');
        else if (rest !== null && rest !== cookies) visit.request.set('Cookie', rest);
      }
    }
  }
}

type Source = {
  readonly type: CredentialSource['type'];
  readonly name: string;
  /** Of the header, in lower case. */
  readonly field: string;
  readonly prefix: string;
  /** Whether the field is the connection's, and stays. */
  readonly isConnection: boolean;
};

function read({ type, name, field, prefix }: Source, visit: Visit): string | null {
  if (type === 'QueryParam') return filled(queryValue(visit.head.query, name));
  if (type === 'Header' && prefix !== '') {
    const { fields } = visit.head;
    const index = fields.only(field);
    if (index !== -1) return readBehind(fields, index, prefix);
  }
  const value = visit.head.header(field);
  if (value === null) return null;
  if (type === 'Cookie') return filled(cookieValue(value, name));
  if (prefix === '') return filled(value);
  if (value.length <= prefix.length || value.slice(0, prefix.length).toLowerCase() !== prefix) return null;
  return filled(value.slice(prefix.length).trim());
}

/** The digest of what stands in the only field of the name, if it is what the client brought last; null otherwise. */
function digestOfField({ type, field, prefix }: Source, { client, head }: Visit): string | null {
  if (type !== 'Header') return null;
  const { fields } = head;
  const index = fields.only(field);
  if (index === -1) return null;
  const behind = startBehind(fields, index, prefix);
  return behind === -1 ? null : digestAgain(client, fields.bytes(), behind, fields.valueEnd(index));
}

/**
 * What stands behind the prefix in a field. It is read from the bytes: a part of a longer string would be compared more slowly
 * with the credential that came before, and a token is long.
 */
function readBehind(fields: FieldSection, index: number, prefix: string): string | null {
  const behind = startBehind(fields, index, prefix);
  return behind === -1 ? null : filled(latin1(fields.buffer, behind, fields.valueEnd(index)).trim());
}

/** Where what stands behind the prefix in a field begins; -1: nothing does, or it has another prefix. */
function startBehind(fields: FieldSection, index: number, prefix: string): number {
  const start = fields.valueStart(index);
  const behind = start + prefix.length;
  return behind < fields.valueEnd(index) && isWord(fields.buffer, start, behind, prefix) ? behind : -1;
}

function filled(value: string | null): string | null {
  return value === '' ? null : value;
}
