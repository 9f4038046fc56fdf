import type { Client } from 'ldapts';
import type { LDAPAuthentication } from '../../../../ir/policy/access.ts';
import type { Endpoint } from '../../../../ir/table.ts';
import type { Backend } from '../../../backend/backend.ts';
import { identityCheck } from '../../../backend/security.ts';
import type { UserPassword } from '../basic/credentials.ts';
import type { Claims } from '../claim.ts';

/** What a directory says of a user and password. */
export type DirectoryAnswer =
  | { readonly kind: 'right'; readonly claims: Claims }
  | { readonly kind: 'wrong' }
  /** It could not be asked. */
  | { readonly kind: 'unknown' };

const WRONG: DirectoryAnswer = { kind: 'wrong' };
const UNKNOWN: DirectoryAnswer = { kind: 'unknown' };

/** Endpoints that are tried before the directory counts as gone. */
const TRIES = 2;

/** A directory that is asked by binding as the user that a search has found (RFC 4513 section 5.1.3). */
export class Directory {
  private readonly entry: LDAPAuthentication;
  private readonly password: string;
  private readonly backend: () => Backend | null;

  /** @param password of who searches */
  constructor(entry: LDAPAuthentication, password: string, backend: () => Backend | null) {
    this.entry = entry;
    this.password = password;
    this.backend = backend;
  }

  async ask(credentials: UserPassword): Promise<DirectoryAnswer> {
    // Without a password a bind is anonymous, and succeeds for everybody (RFC 4513 section 5.1.2).
    if (credentials.user === '' || credentials.password === '') return WRONG;
    const backend = this.backend();
    const deadline = performance.now() + this.entry.timeout;
    for (let attempt = 0; attempt < TRIES && backend !== null; attempt++) {
      const endpoint = backend.next([])?.endpoint;
      const left = Math.floor(deadline - performance.now());
      if (endpoint === undefined || left <= 0) break;
      const answer = await this.askAt(endpoint, backend, credentials, left);
      if (answer.kind !== 'unknown') return answer;
    }
    return UNKNOWN;
  }

  private async askAt(
    endpoint: Endpoint,
    backend: Backend,
    user: UserPassword,
    timeout: number,
  ): Promise<DirectoryAnswer> {
    const { startTLS } = this.entry;
    const { tls } = backend.entry;
    const tlsOptions = tls === null ? undefined : optionsOf(tls);
    const host = endpoint.address.includes(':') ? `[${endpoint.address}]` : endpoint.address;
    const isSecureAtOnce = tls !== null && !startTLS;
    // Loaded by who needs it: it takes memory that no other worker need have.
    const { Client } = await import('ldapts');
    const client = new Client({
      url: `${isSecureAtOnce ? 'ldaps' : 'ldap'}://${host}:${endpoint.port}`,
      timeout,
      connectTimeout: timeout,
      ...(isSecureAtOnce ? { tlsOptions } : {}),
    });
    const late = new Promise<DirectoryAnswer>((resolve) => setTimeout(resolve, timeout, UNKNOWN).unref());
    try {
      return await Promise.race([this.judge(client, startTLS ? tlsOptions : undefined, user), late]);
    } catch {
      return UNKNOWN;
    } finally {
      client.unbind().catch(() => {});
    }
  }

  private async judge(
    client: Client,
    startTLS: object | undefined,
    { password, user }: UserPassword,
  ): Promise<DirectoryAnswer> {
    const { EqualityFilter, InvalidCredentialsError } = await import('ldapts');
    const { baseDN, bind, claims, userAttribute } = this.entry;
    if (startTLS !== undefined) await client.startTLS(startTLS);
    if (bind !== null) await client.bind(bind.dn, this.password);
    const { searchEntries } = await client.search(baseDN, {
      scope: 'sub',
      filter: new EqualityFilter({ attribute: userAttribute, value: user }),
      // "1.1" is no attribute at all (RFC 4511 section 4.5.1.8).
      attributes: claims.length === 0 ? ['1.1'] : claims.map(({ attribute }) => attribute),
      sizeLimit: 2,
    });
    const [found] = searchEntries;
    // Of two users of the name neither is meant.
    if (found === undefined || searchEntries.length > 1) return WRONG;
    try {
      await client.bind(found.dn, password);
    } catch (error) {
      if (error instanceof InvalidCredentialsError) return WRONG;
      throw error;
    }
    return { kind: 'right', claims: claimsOf(user, found, claims) };
  }
}

function claimsOf(
  user: string,
  found: Readonly<Record<string, unknown>>,
  claims: LDAPAuthentication['claims'],
): Claims {
  const all: Record<string, unknown> = { sub: user };
  for (const { attribute, name } of claims) {
    const key = Object.keys(found).find((one) => one.toLowerCase() === attribute.toLowerCase());
    const values = key === undefined ? [] : [found[key]].flat();
    const texts = values.map((value) => (Buffer.isBuffer(value) ? value.toString('base64') : String(value)));
    if (texts.length > 0) all[name] = texts.length === 1 ? texts[0] : texts;
  }
  return all;
}

function optionsOf(tls: NonNullable<Backend['entry']['tls']>) {
  return {
    servername: tls.serverName,
    minVersion: 'TLSv1.2' as const,
    rejectUnauthorized: true,
    checkServerIdentity: identityCheck(tls),
    ...(tls.ca === 'system' ? {} : { ca: [...tls.ca] }),
  };
}
