import { parseResource } from '../../../api/resources.ts';
import { type Manifest, Manifests } from './manifests.ts';
import { Node } from './node.ts';
import { type Verdict, Verdicts } from './verdict.ts';

export type ImportOptions = {
  readonly namespace: string;
  /** The Gateway that routes are for; null: one is made, with its GatewayClass. */
  readonly gateway: { readonly name: string; readonly namespace?: string } | null;
  /** Whether paths are matched in the case they are written in where the configuration does not ask for it. */
  readonly caseSensitive: boolean;
};

export type ImportResult = { readonly manifests: Manifests; readonly verdicts: readonly Verdict[] };

/** What a format has to do: make manifests of a configuration, and say of its fields what became of them. */
export type Importer = (root: Node, manifests: Manifests, options: ImportOptions) => void;

/** Made when no Gateway is named. */
const GATEWAY = 'gateway';

export function runImport(importer: Importer, configuration: unknown, options: ImportOptions): ImportResult {
  const verdicts = new Verdicts();
  const manifests = new Manifests(options.namespace, options.gateway ?? { name: GATEWAY });
  importer(new Node(configuration, '', verdicts), manifests, options);
  return { manifests, verdicts: [...verdicts.of(configuration), ...manifests.all.flatMap(refusals)] };
}

/** What an API server would not take is never made without a word. */
function refusals(manifest: Manifest): Verdict[] {
  const parsed = parseResource(manifest);
  if (parsed.ok) return [];
  const field = `${manifest.kind}/${manifest.metadata.name}`;
  return parsed.issues.map(({ path, message }) => {
    const why = `is made, and will be refused: ${path.join('.')} ${message}`;
    return { field, verdict: 'not supported', why };
  });
}

/** The Gateway with these listeners, unless there is one already. */
export function gatewayFor(manifests: Manifests, options: ImportOptions, certificates: readonly string[]): void {
  if (options.gateway !== null) return;
  const http = { name: 'http', port: 80, protocol: 'HTTP' };
  const https = {
    name: 'https',
    port: 443,
    protocol: 'HTTPS',
    tls: { mode: 'Terminate', certificateRefs: certificates.map((name) => ({ name })) },
  };
  manifests.addGateway(certificates.length === 0 ? [http] : [http, https]);
}
