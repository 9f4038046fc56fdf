import { type ContentCoding, chooseCoding } from './accept-encoding.ts';

/** What of a response's head decides whether its body may be coded. */
export interface CodableHead {
  readonly status: number;
  /** All values of a field joined with `, `, null when absent. `name` is in lower case. */
  header(name: string): string | null;
}

/** What the codings are for, and what they may be. */
export type CodingRules = {
  /** The first is preferred where a client likes several equally. */
  readonly encodings: readonly ContentCoding[];
  /** Media types in lower case without parameters; `text/*` for all of a kind. */
  readonly contentTypes: readonly string[];
  /** Shorter bodies of a known length are sent as they are. */
  readonly minBytes: number;
};

/** Hashes of the content as it is on the way: a coded body would belie them. */
const HASHES = ['content-md5', 'digest', 'content-digest', 'repr-digest'];
/** What these bodies are made of, clients do not look for codings around. */
const NEVER = /^application\/grpc/;

/** Which responses of a rule are sent in a content coding, and in which one. */
export class ResponseCoding {
  private readonly rules: CodingRules;
  private readonly types: ReadonlySet<string>;
  private readonly families: readonly string[];

  constructor(rules: CodingRules) {
    this.rules = rules;
    this.types = new Set(rules.contentTypes.filter((type) => !type.endsWith('/*')));
    this.families = rules.contentTypes.filter((type) => type.endsWith('/*')).map((type) => type.slice(0, -1));
  }

  /** Whether the body may be coded for a client that accepts it. `length` of the body; -1: unknown. */
  isFor(head: CodableHead, length: number): boolean {
    const { status } = head;
    if (status < 200 || status === 204 || status === 205 || status === 206 || status === 304) return false;
    if (length !== -1 && (length === 0 || length < this.rules.minBytes)) return false;
    if (!this.isType(head.header('content-type'))) return false;
    const encoding = head.header('content-encoding');
    if (encoding !== null && encoding.trim().toLowerCase() !== 'identity') return false;
    const said = head.header('cache-control');
    if (said !== null && /(?:^|[\s,])no-transform(?=$|[\s,])/i.test(said)) return false;
    return head.header('content-range') === null && HASHES.every((name) => head.header(name) === null);
  }

  /** The coding for a client with this Accept-Encoding; null for none. */
  choose(accepted: string | null): ContentCoding | null {
    return chooseCoding(accepted, this.rules.encodings);
  }

  private isType(value: string | null): boolean {
    if (value === null) return false;
    const semicolon = value.indexOf(';');
    const type = (semicolon === -1 ? value : value.slice(0, semicolon)).trim().toLowerCase();
    if (NEVER.test(type)) return false;
    return this.types.has(type) || this.families.some((family) => type.startsWith(family));
  }
}

/** Whether a response is said to depend on what codings a client accepts. */
export function variesByCoding(vary: string | null): boolean {
  const names = vary?.split(',') ?? [];
  return names.some((name) => ['*', 'accept-encoding'].includes(name.trim().toLowerCase()));
}

/** The entity tag of the same response in a coding: other bytes, the same meaning (RFC 9110 section 8.8.1). */
export function weakEtag(etag: string): string {
  return etag.startsWith('W/') ? etag : `W/${etag}`;
}
