/** Session persistence: that of a BackendTrafficPolicy and that of a route's rule (GEP-1619) mean the same. */
import { createHash } from 'node:crypto';
import { milliseconds } from '../api/gateway/duration.ts';
import type { SessionPersistence } from '../ir/traffic.ts';

/** What both of them have; only a policy has `idleTimeout`. */
export type SessionSpec = {
  readonly type: 'Cookie' | 'Header';
  readonly absoluteTimeout?: string | undefined;
  readonly idleTimeout?: string | undefined;
  readonly cookie?:
    | {
        readonly name?: string | undefined;
        readonly path: string;
        readonly lifetimeType: 'Permanent' | 'Session';
      }
    | undefined;
  readonly header?: { readonly name: string } | undefined;
};

/**
 * @param scope what the sessions are for, such as the key of a rule: sessions of one mean nothing to another
 * @param uid of the object that has `spec`. Clients do not know it, so they cannot make tokens themselves; a file without it
 * gives tokens that whoever knows the manifests can make, to choose an endpoint of the same backend.
 */
export function sessionPersistence(spec: SessionSpec, scope: string, uid: string | undefined): SessionPersistence {
  const { cookie, header, type } = spec;
  return {
    kind: type === 'Cookie' ? 'cookie' : 'header',
    name: (type === 'Cookie' ? cookie?.name : header?.name) ?? `headgate-${digest(scope).toString('hex').slice(0, 8)}`,
    path: cookie?.path ?? '/',
    isPermanent: cookie?.lifetimeType === 'Permanent',
    absoluteTimeout: time(spec.absoluteTimeout),
    idleTimeout: time(spec.idleTimeout),
    key: digest(`headgate session\n${scope}\n${uid ?? ''}`).toString('base64'),
  };
}

function time(duration: string | undefined): number {
  return duration === undefined ? 0 : milliseconds(duration);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
