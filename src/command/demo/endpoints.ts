/** The demo's backends as EndpointSlices, in a file of their own beside the example's folder. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

export class EndpointsFile {
  readonly #folder: string;
  readonly path: string;

  /** `ports`: by the name of a Service in `namespace`, where its only endpoint listens on 127.0.0.1. */
  constructor(namespace: string, ports: Readonly<Record<string, number>>) {
    this.#folder = mkdtempSync(join(tmpdir(), 'headgate-demo-'));
    this.path = join(this.#folder, 'endpoints.yaml');
    const slices = Object.entries(ports).map(([service, port]) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${service}-demo`, namespace, labels: { 'kubernetes.io/service-name': service } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
      ports: [{ name: 'http', port }],
    }));
    writeFileSync(this.path, slices.map((slice) => stringify(slice)).join('---\n'));
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
