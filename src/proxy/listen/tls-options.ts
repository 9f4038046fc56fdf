import type { TlsOptions } from 'node:tls';
import type { Runtime } from '../runtime.ts';
import type { CertificateChoice } from './certificate.ts';

/** Server options that choose the certificate by server name; `choice` is asked at every handshake. */
export function tlsOptions(runtime: Runtime, choice: () => CertificateChoice | null): TlsOptions {
  return {
    handshakeTimeout: runtime.options.limits.headTimeout || 10_000,
    SNICallback: (name, done) => {
      const context = choice()?.choose(name.toLowerCase()) ?? null;
      if (context === null) done(new Error('no listener has this server name'));
      else done(null, context);
    },
  };
}
