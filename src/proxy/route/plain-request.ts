import { normalisePath } from './normalise.ts';
import type { RequestView } from './request-view.ts';

/** A request that stands on its own, without a connection: what `explain` asks about. */
export class PlainRequest implements RequestView {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly host: string;
  readonly clientAddress: string;
  readonly scheme: 'http' | 'https';
  readonly sni: string;
  private readonly fields: Map<string, string>;

  /**
   * `target` is in origin form, as it would be sent; `host` is without port. Fields of one name are joined in order.
   * `from` is whatever is known of the connection.
   * Throws when the path is one that the proxy answers with 400 (route/normalise.ts).
   */
  constructor(
    method: string,
    host: string,
    target: string,
    fields: readonly (readonly [string, string])[] = [],
    from: Partial<Pick<RequestView, 'clientAddress' | 'scheme' | 'sni'>> = {},
  ) {
    const question = target.indexOf('?');
    const rawPath = question === -1 ? target : target.slice(0, question);
    const path = normalisePath(rawPath);
    if (path === null) {
      throw new Error(`path ${JSON.stringify(rawPath)}: not a valid path; it must begin with / and be percent-encoded`);
    }
    this.method = method;
    this.path = path;
    this.query = question === -1 ? '' : target.slice(question);
    this.host = host.toLowerCase();
    this.clientAddress = from.clientAddress ?? '';
    this.scheme = from.scheme ?? 'http';
    this.sni = from.sni ?? '';
    this.fields = new Map();
    for (const [name, value] of fields) {
      const key = name.toLowerCase();
      const known = this.fields.get(key);
      this.fields.set(key, known === undefined ? value : `${known}, ${value}`);
    }
  }

  header(name: string): string | null {
    return this.fields.get(name) ?? null;
  }
}
