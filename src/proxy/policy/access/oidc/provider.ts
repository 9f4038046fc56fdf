import type { OIDCAuthentication } from '../../../../ir/policy/access.ts';
import { readKeySet, type VerificationKey } from '../../../../ir/policy/key-set.ts';
import type { StageContext } from '../../kinds.ts';
import { Fetched } from '../fetched.ts';

/** What a provider says of itself (OpenID Connect Discovery 1.0 section 3), as far as it is needed. */
export type Configuration = {
  readonly issuer: string;
  readonly authorization: string;
  /** Paths at the issuer's own host. */
  readonly tokenPath: string;
  readonly keysPath: string;
  /** Null: it has no place to log out. */
  readonly endSession: string | null;
};

const REFRESH = 600_000;
const STALE = 86_400_000;

/** Throws for what is no configuration that can be used. */
function readConfiguration(text: string): Configuration {
  const said = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const url = (name: string): URL => new URL(String(said[name]));
  const issuer = String(said.issuer);
  const { host } = new URL(issuer);
  const path = (name: string): string => {
    const found = url(name);
    if (found.host !== host) throw new Error(`${name} is at another host than the issuer`);
    return `${found.pathname}${found.search}`;
  };
  return {
    issuer,
    authorization: url('authorization_endpoint').href,
    tokenPath: path('token_endpoint'),
    keysPath: path('jwks_uri'),
    endSession: said.end_session_endpoint === undefined ? null : url('end_session_endpoint').href,
  };
}

/** A provider: what it says of itself, and the keys of its tokens. Outlives tables. */
export class Provider {
  readonly configuration: Fetched<Configuration>;
  readonly keys: Fetched<readonly VerificationKey[]>;
  private entry: OIDCAuthentication | null;
  private context: StageContext | null;

  constructor() {
    this.configuration = new Fetched(readConfiguration);
    this.keys = new Fetched(readKeySet);
    this.entry = null;
    this.context = null;
  }

  use(entry: OIDCAuthentication, context: StageContext): void {
    this.entry = entry;
    this.context = context;
    const { pathname } = new URL(entry.issuer);
    this.configuration.use(this.source(`${pathname.replace(/\/$/, '')}/.well-known/openid-configuration`), context);
  }

  /** The configuration, possibly later; null when there is none, or it is somebody else's. */
  configured(now: number, done: (configuration: Configuration | null) => void): void {
    const take = () => {
      const found = this.configuration.current(Date.now());
      if (found === null || found.issuer !== this.entry!.issuer) {
        done(null);
        return;
      }
      this.keys.use(this.source(found.keysPath), this.context!);
      done(found);
    };
    if (this.configuration.current(now) !== null || !this.configuration.renew(now, take)) take();
  }

  private source(path: string) {
    const { backend, issuer, timeout } = this.entry!;
    return { backend, host: new URL(issuer).host, path, refreshInterval: REFRESH, staleIfError: STALE, timeout };
  }
}
