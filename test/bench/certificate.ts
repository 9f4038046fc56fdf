/** One certificate for every peer: P-256, self-signed, for all hosts of the run. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Certificate = {
  /** Files, PEM. */
  readonly chain: string;
  readonly key: string;
  /** Both in one file, as HAProxy wants them. */
  readonly both: string;
};

export function makeCertificate(folder: string): Certificate {
  const [chain, key, both] = ['tls.crt', 'tls.key', 'tls.pem'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '7'],
      ...['-subj', '/CN=bench.example', '-addext', 'subjectAltName=DNS:*.bench.example,DNS:localhost'],
      ...['-keyout', key, '-out', chain],
    ],
    { stdio: 'pipe' },
  );
  writeFileSync(both, readFileSync(chain, 'utf8') + readFileSync(key, 'utf8'));
  return { chain, key, both };
}
