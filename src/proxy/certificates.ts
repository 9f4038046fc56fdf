import { X509Certificate } from 'node:crypto';
import type { Certificate, RoutingTable } from '../ir/table.ts';
import type { Gauge, Registry } from '../observe/metrics.ts';

/** A certificate that clients will refuse, though it is served. */
export type UntimelyCertificate = {
  readonly gateway: string;
  /** DNS names of the certificate. */
  readonly names: readonly string[];
  readonly problem: 'expired' | 'not-yet-valid';
  /** When it expired, or when it will be valid; ISO 8601. */
  readonly at: string;
};

/**
 * When the certificates that are served end, as a metric, and a word about each that is loaded before or after its time:
 * whether a certificate is served does not depend on the clock.
 */
export class CertificateTimes {
  private readonly expiry: Gauge;
  private readonly tell: (certificate: UntimelyCertificate) => void;
  /** By Gateway, then by key of the table: the series of each certificate. */
  private readonly served: Map<string, Map<string, number>>;

  constructor(registry: Registry, tell: (certificate: UntimelyCertificate) => void) {
    this.expiry = registry.gauge(
      'headgate_certificate_expiry_timestamp_seconds',
      'When each certificate that is served expires, in seconds since 1970.',
      ['gateway', 'certificate', 'name'],
      'max',
    );
    this.tell = tell;
    this.served = new Map();
  }

  /** A table is served now. Certificates that its Gateway's table before had too are not looked at again. */
  serve({ gateway, certificates }: RoutingTable): void {
    const before = this.served.get(gateway) ?? new Map<string, number>();
    const after = new Map<string, number>();
    for (const [key, certificate] of Object.entries(certificates)) {
      after.set(key, before.get(key) ?? this.add(gateway, key, certificate));
      before.delete(key);
    }
    for (const series of before.values()) this.expiry.release(series);
    this.served.set(gateway, after);
  }

  /** The Gateway is served no more. */
  remove(gateway: string): void {
    for (const series of this.served.get(gateway)?.values() ?? []) this.expiry.release(series);
    this.served.delete(gateway);
  }

  private add(gateway: string, key: string, certificate: Certificate): number {
    const { names, notAfter } = certificate;
    const series = this.expiry.series([gateway, key, names[0] ?? '']);
    this.expiry.set(series, notAfter / 1_000);
    const now = Date.now();
    const notBefore = beginning(certificate);
    if (notAfter < now) this.tell({ gateway, names, problem: 'expired', at: new Date(notAfter).toISOString() });
    else if (notBefore > now) {
      this.tell({ gateway, names, problem: 'not-yet-valid', at: new Date(notBefore).toISOString() });
    }
    return series;
  }
}

/** Milliseconds since 1970. What cannot be read is the workers' to refuse. */
function beginning({ chain }: Certificate): number {
  try {
    return new X509Certificate(chain).validFromDate.getTime();
  } catch {
    return 0;
  }
}
