/** Which certificates the clients of a Gateway must show (GEP-91). */
import type { Gateway } from '../api/gateway/gateway.ts';
import type { ClientValidation } from '../ir/table.ts';
import { type AuthorityFault, resolveAuthorities } from './ca-certificate.ts';
import type { Lookup } from './lookup.ts';

export type PortValidation = {
  /** Null: clients are not asked, or nobody could be trusted. */
  readonly validation: ClientValidation | null;
  /** References that lead nowhere: they cost nothing as long as one leads somewhere. */
  readonly unresolved: {
    readonly reason: 'InvalidCACertificateRef' | 'InvalidCACertificateKind' | 'RefNotPermitted';
    readonly message: string;
  } | null;
};

const REASONS = {
  kind: 'InvalidCACertificateKind',
  content: 'InvalidCACertificateRef',
  grant: 'RefNotPermitted',
} as const satisfies Record<AuthorityFault['fault'], string>;

/** For a port that speaks HTTPS. What is said of the port replaces what is said of all ports. */
export function clientValidationOf({ metadata, spec }: Gateway, port: number, lookup: Lookup): PortValidation {
  const { frontend } = spec.tls ?? {};
  const index = frontend?.perPort?.findIndex((each) => each.port === port) ?? -1;
  const { validation } = index < 0 ? (frontend?.default ?? {}) : frontend!.perPort![index]!.tls;
  if (validation === undefined) return { validation: null, unresolved: null };
  const field = `tls.frontend.${index < 0 ? 'default' : `perPort[${index}].tls`}.validation.caCertificateRefs`;
  const certificates: string[] = [];
  const faults: string[] = [];
  let reason: (typeof REASONS)[AuthorityFault['fault']] | null = null;
  for (const [at, ref] of validation.caCertificateRefs.entries()) {
    const found = resolveAuthorities(ref, { kind: 'Gateway', namespace: metadata.namespace }, lookup);
    if (found.ok) {
      certificates.push(...found.certificates);
    } else {
      reason ??= REASONS[found.fault];
      faults.push(`${field}[${at}] of the Gateway: ${found.message}`);
    }
  }
  return {
    validation: certificates.length === 0 ? null : { mode: validation.mode, ca: [...new Set(certificates)] },
    unresolved: reason === null ? null : { reason, message: faults.join('; ') },
  };
}

/** Where a Gateway lets clients in whose certificate was not validated; `''` when nowhere. */
export function insecureFallback({ spec }: Gateway): string {
  const { frontend } = spec.tls ?? {};
  const places: string[] = [];
  if (frontend?.default.validation?.mode === 'AllowInsecureFallback') places.push('by default');
  for (const { port, tls } of frontend?.perPort ?? []) {
    if (tls.validation?.mode === 'AllowInsecureFallback') places.push(`on port ${port}`);
  }
  return places.join(', ');
}
