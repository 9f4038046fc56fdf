import { createHash } from 'node:crypto';
import type { CredentialSource, OIDCAuthentication } from '../../../../ir/policy/access.ts';
import type { DirectResponse } from '../../../filter/plan.ts';
import { ORDER, PASS, type Stage, WAIT } from '../../stage.ts';
import type { Identity, Visit } from '../../visit.ts';
import { FORBIDDEN, REASONS, UNAUTHENTICATED, UNAVAILABLE } from '../answer.ts';
import type { Claims } from '../claim.ts';
import { cookieValue, withoutCookie } from '../cookie.ts';
import { type Bearer, digestFor } from '../digest.ts';
import { queryValue } from '../query.ts';
import { Verdicts } from '../verdicts.ts';
import { idTokenClaims } from './id-token.ts';
import { authorizationURL, cookieOfLogin, isSame, LOGIN_TIME, type Login, readLogin, startLogin } from './login.ts';
import type { Configuration, Provider } from './provider.ts';
import { Seal } from './seal.ts';

type Session = { readonly identity: Identity; readonly until: number };

/** What a browser brings from the provider is as good as a login until it has been used. */
const CODE: readonly CredentialSource[] = [{ type: 'QueryParam', name: 'code', prefix: '' }];

const KEPT = 8_192;
/** Browsers keep cookies of up to 4,096 bytes, name and attributes included. */
const MAX_COOKIE = 3_900;
const MAX_ANSWER = 65_536;

/** Lets requests of browsers pass that have logged in at a provider, and sends others there. */
export class OIDCStage implements Stage {
  readonly order = ORDER.authentication;
  readonly bodyLimit = 0;
  readonly sources = CODE;
  private readonly entry: OIDCAuthentication;
  private readonly provider: Provider;
  private readonly clientSecret: string;
  private readonly cookie: string;
  private readonly sessions: Seal;
  private readonly logins: Seal;
  private readonly verdicts: Verdicts<Session>;

  constructor(
    entry: OIDCAuthentication,
    provider: Provider,
    secrets: { readonly client: string; readonly session: string },
  ) {
    const client = `${entry.issuer} ${entry.clientID}`;
    this.entry = entry;
    this.provider = provider;
    this.clientSecret = secrets.client;
    // One session for all routes of one client.
    this.cookie = `headgate-${createHash('sha256').update(client).digest('hex').slice(0, 8)}`;
    this.sessions = new Seal(secrets.session, `session ${client}`);
    this.logins = new Seal(secrets.session, `login ${client}`);
    this.verdicts = new Verdicts(KEPT);
  }

  enter(visit: Visit): number {
    const { logoutPath, redirectPath } = this.entry;
    const { head } = visit;
    const now = Date.now();
    if (head.path === redirectPath) return this.finish(visit, now);
    if (head.path === logoutPath) return this.logOut(visit, now);
    const cookies = head.header('cookie');
    const session = cookies === null ? null : this.sessionOf(visit.client, cookies, now);
    if (session === null) return this.begin(visit, now);
    visit.identity = session.identity;
    const rest = withoutCookie(cookies!, this.cookie);
    if (rest === '') visit.request.remove('cookie');
    else visit.request.set('Cookie', rest);
    return PASS;
  }

  private sessionOf(client: Bearer, cookies: string, now: number): Session | null {
    const sealed = cookieValue(cookies, this.cookie);
    if (sealed === null) return null;
    const digest = digestFor(client, sealed);
    let session = this.verdicts.get(digest) ?? null;
    if (session === null) {
      const opened = this.sessions.open(sealed);
      if (opened === null || typeof opened.until !== 'number') return null;
      const claims = opened.claims as Claims;
      session = { identity: { consumer: String(claims.sub), claims, method: 'OIDC' }, until: opened.until };
      this.verdicts.set(digest, session);
    }
    return now < session.until ? session : null;
  }

  /** Sends a browser that shows a page to the provider; a script would not understand that. */
  private begin(visit: Visit, now: number): number {
    if (!isNavigation(visit)) return visit.answer(UNAUTHENTICATED, REASONS.missing);
    this.provider.configured(now, (configuration) => {
      if (configuration === null) {
        visit.answer(UNAVAILABLE, REASONS.unavailable);
        return;
      }
      const login = startLogin(`${visit.head.path}${visit.head.query}`, now);
      const location = authorizationURL(configuration, this.entry, login, this.redirectURL(visit));
      const cookie = setCookie(
        cookieOfLogin(this.cookie, login.state),
        this.logins.close(login),
        LOGIN_TIME,
        this.redirectURL(visit),
      );
      visit.answer(redirect(location, [cookie]), REASONS.missing);
    });
    return WAIT;
  }

  /** The provider has sent the browser back (OpenID Connect Core 1.0 section 3.1.2.5). */
  private finish(visit: Visit, now: number): number {
    const { head } = visit;
    const code = queryValue(head.query, 'code');
    const state = queryValue(head.query, 'state') ?? '';
    const sealed = cookieValue(head.header('cookie') ?? '', cookieOfLogin(this.cookie, state));
    const login = sealed === null ? null : readLogin(this.logins.open(sealed), now);
    // Without the cookie it is not this browser that has begun it.
    if (login === null || code === null || !isSame(login.state, state)) return visit.answer(FORBIDDEN, REASONS.invalid);
    this.provider.configured(now, (configuration) => {
      if (configuration === null) visit.answer(UNAVAILABLE, REASONS.unavailable);
      else this.exchange(visit, configuration, login, code);
    });
    return WAIT;
  }

  private exchange(visit: Visit, configuration: Configuration, login: Login, code: string): void {
    const { backend, clientID, issuer, timeout } = this.entry;
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: this.redirectURL(visit),
      code_verifier: login.verifier,
    });
    const credentials = Buffer.from(`${encodeURIComponent(clientID)}:${encodeURIComponent(this.clientSecret)}`);
    const question = {
      backend,
      method: 'POST',
      path: configuration.tokenPath,
      host: new URL(issuer).host,
      headers: [
        ['Accept', 'application/json'],
        ['Authorization', `Basic ${credentials.toString('base64')}`],
        ['Content-Type', 'application/x-www-form-urlencoded'],
      ] as const,
      body: Buffer.from(body.toString()),
      timeout,
      maxBody: MAX_ANSWER,
    };
    visit.subrequest(question, (result) => {
      if ('failure' in result || result.status >= 500) {
        visit.answer(UNAVAILABLE, REASONS.unavailable);
        return;
      }
      const token = result.status === 200 ? idTokenOf(result.body) : null;
      if (token === null) visit.answer(FORBIDDEN, REASONS.invalid);
      else this.judge(visit, login, token);
    });
  }

  private judge(visit: Visit, login: Login, token: string): void {
    idTokenClaims(token, this.entry, login.nonce, this.provider.keys, (claims) => {
      if (claims === null) {
        visit.answer(FORBIDDEN, REASONS.invalid);
        return;
      }
      const sealed = this.sessions.close({ claims, until: Date.now() + this.entry.sessionTime });
      if (sealed.length > MAX_COOKIE) {
        visit.answer(FORBIDDEN, REASONS.invalid);
        return;
      }
      const url = this.redirectURL(visit);
      const cookies = [
        setCookie(this.cookie, sealed, this.entry.sessionTime, url),
        setCookie(cookieOfLogin(this.cookie, login.state), '', 0, url),
      ];
      visit.answer(redirect(`${originOf(url)}${login.target}`, cookies), REASONS.missing);
    });
  }

  private logOut(visit: Visit, now: number): number {
    this.provider.configured(now, (configuration) => {
      const end = configuration?.endSession ?? null;
      const url = this.redirectURL(visit);
      const location = end === null ? `${originOf(url)}/` : withClient(end, this.entry.clientID);
      visit.answer(redirect(location, [setCookie(this.cookie, '', 0, url)]), REASONS.missing);
    });
    return WAIT;
  }

  private redirectURL(visit: Visit): string {
    return this.entry.redirectURL ?? `${visit.scheme}://${visit.head.authority}${this.entry.redirectPath}`;
  }
}

/** Whether a browser will show what is answered, as far as it says so (Fetch Metadata). */
function isNavigation({ head }: Visit): boolean {
  if (head.method !== 'GET') return false;
  const mode = head.header('sec-fetch-mode');
  return mode === null ? (head.header('accept') ?? '').includes('text/html') : mode === 'navigate';
}

function redirect(location: string, cookies: readonly string[]): DirectResponse {
  const fields = cookies.map((cookie) => ['Set-Cookie', cookie] as const);
  return { status: 302, headers: [['Location', location], ['Cache-Control', 'no-store'], ...fields], body: '' };
}

function setCookie(name: string, value: string, time: number, url: string): string {
  const secure = url.startsWith('https:') ? '; Secure' : '';
  return `${name}=${value}; Path=/; Max-Age=${Math.floor(time / 1_000)}; HttpOnly; SameSite=Lax${secure}`;
}

function originOf(url: string): string {
  return new URL(url).origin;
}

function withClient(end: string, clientID: string): string {
  const url = new URL(end);
  url.searchParams.set('client_id', clientID);
  return url.href;
}

function idTokenOf(body: Buffer): string | null {
  try {
    const { id_token: token } = JSON.parse(body.toString('utf8')) as { id_token?: unknown };
    return typeof token === 'string' ? token : null;
  } catch {
    return null;
  }
}
