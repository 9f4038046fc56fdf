import { createHmac } from 'node:crypto';
import type { SessionPersistence } from '../../../ir/traffic.ts';
import { cookieValue, findCookie } from './cookie.ts';

/** Bytes of the parts of a token. */
const BACKEND_BYTES = 6;
const ENDPOINT_BYTES = 9;
const SEAL_BYTES = 9;
const BACKEND_LENGTH = 8;
const ID_LENGTH = 20;
const TOKEN = /^[\w-]{20}(?:\.[0-9a-z]{1,9}\.[0-9a-z]{1,9}\.[\w-]{12})?$/;
/** Tokens of one request that are looked at: a browser may have a cookie of the same name for several paths. */
const MOST_TOKENS = 4;

/** What endpoints are known by here. */
export interface Endpoint {
  /** `address:port`. */
  readonly name: string;
}

/** The session of a request. */
export type Session = {
  /** Backend and endpoint. */
  readonly id: string;
  /** Milliseconds since the epoch; 0 where no timeout asks for them. */
  readonly began: number;
  readonly seen: number;
};

/** A field of a response; `drop` is the name, in lower case, of those that it replaces, `''` for none. */
export type SessionField = { readonly drop: string; readonly name: string; readonly value: string };

/**
 * The sessions of one policy or rule. All that is known of a session is in the token that the client has, so every proxy
 * with the same key understands it, and no number of clients takes memory. A token names backend and endpoint by keyed
 * hashes, and with timeouts has the times and a seal over all of it.
 */
export class Sessions<E extends Endpoint = Endpoint> {
  readonly settings: SessionPersistence;
  private readonly key: Buffer;
  private readonly isTimed: boolean;
  private readonly backends: Map<string, string>;
  private readonly ids: WeakMap<E, string>;
  /** Endpoints of one list by the hashes of their names. Lists are replaced, not changed. */
  private readonly lists: WeakMap<readonly E[], Map<string, E>>;

  constructor(settings: SessionPersistence) {
    this.settings = settings;
    this.key = Buffer.from(settings.key, 'base64');
    this.isTimed = settings.absoluteTimeout > 0 || settings.idleTimeout > 0;
    this.backends = new Map();
    this.ids = new WeakMap();
    this.lists = new WeakMap();
  }

  /** The session that a request belongs to; null when it has none, or one that is over. `value` is that of Cookie or of the header. */
  read(value: string | null, now: number): Session | null {
    if (value === null) return null;
    const { kind, name } = this.settings;
    if (kind === 'header') return this.parse(value.trim(), now);
    let start = findCookie(value, name);
    for (let count = 0; start !== -1 && count < MOST_TOKENS; count++) {
      const session = this.parse(cookieValue(value, start), now);
      if (session !== null) return session;
      start = findCookie(value, name, start);
    }
    return null;
  }

  /** Whether the session is with this backend. */
  isWith(session: Session, backend: string): boolean {
    return session.id.startsWith(this.backendId(backend));
  }

  /** The endpoint of a session with this backend; null when it is not among `endpoints`. */
  endpointOf(session: Session, backend: string, endpoints: readonly E[]): E | null {
    if (!this.isWith(session, backend)) return null;
    let byId = this.lists.get(endpoints);
    if (byId === undefined) {
      byId = new Map(endpoints.map((endpoint) => [this.endpointId(backend, endpoint), endpoint]));
      this.lists.set(endpoints, byId);
    }
    return byId.get(session.id.slice(BACKEND_LENGTH)) ?? null;
  }

  /**
   * The token that goes to the client with the answer of an endpoint; null when the one that it has is as good. `session`
   * is what the request came with.
   */
  tokenFor(session: Session | null, backend: string, endpoint: E, now: number): string | null {
    const id = this.backendId(backend) + this.endpointId(backend, endpoint);
    if (session?.id === id && this.settings.idleTimeout === 0) return null;
    if (!this.isTimed) return id;
    const began = session?.id === id ? session.began : now;
    const text = `${id}.${began.toString(36)}.${now.toString(36)}`;
    return `${text}.${this.hash(text, SEAL_BYTES)}`;
  }

  /** The field that carries a token. `session` is what the request came with. */
  fieldFor(token: string, session: Session | null, now: number, isSecure: boolean): SessionField {
    const { absoluteTimeout, isPermanent, kind, name, path } = this.settings;
    if (kind === 'header') return { drop: name.toLowerCase(), name, value: token };
    let value = `${name}=${token}; Path=${path}; HttpOnly; SameSite=Strict`;
    if (isSecure) value += '; Secure';
    if (isPermanent) {
      const began = session !== null && token.startsWith(session.id) ? session.began : now;
      const left = Math.max(0, began + absoluteTimeout - now);
      value += `; Max-Age=${Math.ceil(left / 1_000)}; Expires=${new Date(now + left).toUTCString()}`;
    }
    return { drop: '', name: 'Set-Cookie', value };
  }

  private parse(token: string, now: number): Session | null {
    if (!TOKEN.test(token)) return null;
    const id = token.slice(0, ID_LENGTH);
    if (!this.isTimed) return token.length === ID_LENGTH ? { id, began: 0, seen: 0 } : null;
    const seal = token.lastIndexOf('.');
    if (seal === -1 || this.hash(token.slice(0, seal), SEAL_BYTES) !== token.slice(seal + 1)) return null;
    const [, first = '', second = ''] = token.split('.');
    const began = Number.parseInt(first, 36);
    const seen = Number.parseInt(second, 36);
    const { absoluteTimeout, idleTimeout } = this.settings;
    if (absoluteTimeout > 0 && now - began >= absoluteTimeout) return null;
    if (idleTimeout > 0 && now - seen >= idleTimeout) return null;
    return { id, began, seen };
  }

  private backendId(backend: string): string {
    let id = this.backends.get(backend);
    if (id === undefined) {
      id = this.hash(`backend ${backend}`, BACKEND_BYTES);
      this.backends.set(backend, id);
    }
    return id;
  }

  private endpointId(backend: string, endpoint: E): string {
    let id = this.ids.get(endpoint);
    if (id === undefined) {
      id = this.hash(`endpoint ${backend} ${endpoint.name}`, ENDPOINT_BYTES);
      this.ids.set(endpoint, id);
    }
    return id;
  }

  private hash(text: string, bytes: number): string {
    return createHmac('sha256', this.key).update(text).digest().subarray(0, bytes).toString('base64url');
  }
}
