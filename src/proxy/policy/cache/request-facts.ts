import type { FieldSection } from '../../http1/field-section.ts';

/**
 * What of a request's fields a cache looks at, found in one pass. Of fields that may come several times the values are
 * joined, as everywhere.
 */
export class RequestFacts {
  /** Authorization or Cookie. */
  hasCredentials: boolean;
  /** Conditions or ranges that only the backend can judge. */
  isForBackend: boolean;
  cacheControl: string | null;
  pragma: string | null;
  ifNoneMatch: string | null;
  ifModifiedSince: string | null;

  constructor() {
    this.hasCredentials = false;
    this.isForBackend = false;
    this.cacheControl = null;
    this.pragma = null;
    this.ifNoneMatch = null;
    this.ifModifiedSince = null;
  }

  read(fields: FieldSection): void {
    this.hasCredentials = false;
    this.isForBackend = false;
    this.cacheControl = null;
    this.pragma = null;
    this.ifNoneMatch = null;
    this.ifModifiedSince = null;
    for (let index = 0; index < fields.count; index++) this.note(fields, index);
  }

  get isConditional(): boolean {
    return this.ifNoneMatch !== null || this.ifModifiedSince !== null;
  }

  private note(fields: FieldSection, index: number): void {
    switch (fields.nameEnd(index) - fields.lineStart(index)) {
      case 5:
        if (fields.isNamed(index, 'range')) this.isForBackend = true;
        break;
      case 6:
        if (fields.isNamed(index, 'cookie')) this.hasCredentials = true;
        else if (fields.isNamed(index, 'pragma')) this.pragma = join(this.pragma, fields.value(index));
        break;
      case 8:
        if (fields.isNamed(index, 'if-match') || fields.isNamed(index, 'if-range')) this.isForBackend = true;
        break;
      case 13:
        if (fields.isNamed(index, 'authorization')) this.hasCredentials = true;
        else if (fields.isNamed(index, 'cache-control'))
          this.cacheControl = join(this.cacheControl, fields.value(index));
        else if (fields.isNamed(index, 'if-none-match')) this.ifNoneMatch = join(this.ifNoneMatch, fields.value(index));
        break;
      case 17:
        if (fields.isNamed(index, 'if-modified-since')) this.ifModifiedSince = fields.value(index);
        break;
      case 19:
        if (fields.isNamed(index, 'if-unmodified-since')) this.isForBackend = true;
        break;
      default:
    }
  }
}

function join(known: string | null, value: string): string {
  return known === null ? value : `${known}, ${value}`;
}
