const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

/** scheme, host and port of a serialised origin (RFC 6454 section 6.2), or of one with a wildcard in the host. */
const ORIGIN = /^(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9._*-]+)(?::([0-9]{1,5}))?$/;

/** One origin of whatever scheme, such as a browser extension's; it is echoed, so that a list of them must not pass. */
const ANY_ORIGIN = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s,;"\\]+$/;

/**
 * Which origins a CORS filter allows. A missing port is the scheme's; `*` as a host is every host, `*.example.com` one
 * or more labels under `example.com`; a lone `*` is every origin with any port. The opaque origin `null`, which any
 * sandboxed page can have, counts as allowed by a lone `*` only where no credentials are at stake.
 */
export class OriginSet {
  /** Whether a lone `*` is among them. */
  readonly all: boolean;
  private readonly allowNull: boolean;
  private readonly exact: Set<string>;
  private readonly wildcards: readonly { readonly start: string; readonly end: string }[];

  constructor(allowed: readonly string[], credentials: boolean) {
    this.all = allowed.includes('*');
    this.allowNull = this.all && !credentials;
    const origins = allowed.map(canonical).filter((origin) => origin !== null);
    this.exact = new Set(origins.filter((origin) => !origin.includes('*')));
    this.wildcards = origins
      .filter((origin) => origin.includes('*'))
      .map((origin) => ({ start: origin.slice(0, origin.indexOf('*')), end: origin.slice(origin.indexOf('*') + 1) }));
  }

  has(origin: string): boolean {
    if (origin === 'null') return this.allowNull;
    if (this.all) return ANY_ORIGIN.test(origin);
    const asked = canonical(origin);
    if (asked === null || asked.includes('*')) return false;
    if (this.exact.has(asked)) return true;
    return this.wildcards.some(
      ({ start, end }) => asked.length > start.length + end.length && asked.startsWith(start) && asked.endsWith(end),
    );
  }
}

/** With the port written out; null for what is no http or https origin. */
function canonical(origin: string): string | null {
  const parts = ORIGIN.exec(origin.toLowerCase());
  if (parts === null) return null;
  return `${parts[1]}://${parts[2]}:${parts[3] ?? DEFAULT_PORTS[parts[1]!]}`;
}
