/** Which Gateway a request reaches, and what would happen to it there. For `headgate explain` and the admin server. */
import { isIP } from 'node:net';
import { ExplainError, type ExplainRequest } from '../admin/source.ts';
import type { Endpoint, Retry, RoutingTable, Timeouts } from '../ir/table.ts';
import { compile } from '../proxy/compile/compile.ts';
import type { CompiledTable } from '../proxy/compile/compiled.ts';
import { type ExplainedBackend, type ExplainedCandidate, type Explanation, explain } from '../proxy/route/explain.ts';
import { PlainRequest } from '../proxy/route/plain-request.ts';
import type { Accounts } from '../translate/policy/account.ts';
import { type ExplainedPolicy, explainPolicies } from './explained/policies.ts';
import { type ShownSessions, type ShownTraffic, shownSessions, shownTraffic } from './print/traffic.ts';

export type ExplainedRequest = {
  readonly method: string;
  readonly url: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  /** Server name of the TLS handshake; null for plaintext and for IP addresses. */
  readonly sni: string | null;
  /** Of the Gateway's listener. */
  readonly port: number;
  /** By name; usually one. */
  readonly gateways: readonly ExplainedGateway[];
};

export type ExplainedGateway = Omit<Explanation, 'backends' | 'candidates'> & {
  readonly gateway: string;
  /** With the `name` that the rule has in its route, or `''`. */
  readonly candidates: readonly (ExplainedCandidate & { readonly name: string })[];
  /** Those that hold first; empty when no rule matched. */
  readonly policies: readonly ExplainedPolicy[];
  /** Whether `policies` has those too that lost before there was a table: not of an earlier revision, nor of a single proxy's. */
  readonly hasLostPolicies: boolean;
  /** Null when no rule matched. */
  readonly timeouts: Timeouts | null;
  readonly retry: Retry | null;
  /** Of the rule; null without. */
  readonly sessionPersistence: ShownSessions | null;
  readonly backends: readonly (ExplainedBackend & {
    readonly endpoints: readonly Endpoint[];
    /** What a BackendTrafficPolicy says of it; null without one. */
    readonly traffic: ShownTraffic | null;
  })[];
};

export type ExplainOptions = {
  readonly portOffset: number;
  /** `namespace/name`; null: every Gateway that listens on the port. */
  readonly gateway: string | null;
  /** What objects say that the tables were made of; null: they are not known. */
  readonly accounts: Accounts | null;
};

/** A compiled table holds nothing of a proxy's, so one is made for each table that anybody asks about. */
const compiled = new WeakMap<RoutingTable, CompiledTable>();

/** Throws an ExplainError when nobody would be there to answer, or the request could not be sent. */
export function explainRequest(
  tables: readonly RoutingTable[],
  { method, url, headers, client = '' }: ExplainRequest,
  { portOffset, gateway, accounts }: ExplainOptions,
): ExplainedRequest {
  const { tls, hostname, urlPort, target } = partsOf(url);
  const asked = tables.filter((table) => gateway === null || table.gateway === gateway);
  if (asked.length === 0) {
    const known = tables.map((table) => table.gateway).join(', ') || 'none at all';
    throw new ExplainError(gateway === null ? 'there is no Gateway' : `there is no Gateway ${gateway}, only ${known}`);
  }
  const publicPort = (port: number): number => (port < 1024 ? port + portOffset : port);
  const port = portOf(asked, urlPort, publicPort);
  const speaking = speakersOf(asked, port, tls ? 'HTTPS' : 'HTTP');

  const fields = headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  const host = withoutPort(fields.find(([name]) => name === 'host')?.[1] ?? hostname);
  const sni = tls && isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? hostname : null;
  const from = { clientAddress: client, scheme: tls ? 'https' : 'http', sni: sni ?? '' } as const;
  const view = requestOf(method, host, target, fields, from);
  return {
    method,
    url,
    host: view.host,
    path: view.path,
    query: view.query,
    sni,
    port,
    gateways: speaking.map((table) =>
      explainGateway(table, explain(compiledOf(table), { port, sni, view, publicPort }), accounts),
    ),
  };
}

/** The listeners' port that a URL means: as the Gateway has it, or as it is opened on this machine. */
function portOf(tables: readonly RoutingTable[], urlPort: number, publicPort: (port: number) => number): number {
  const ports = new Set(tables.flatMap((table) => Object.values(table.listeners).map(({ port }) => port)));
  if (ports.has(urlPort)) return urlPort;
  const sorted = [...ports].sort((a, b) => a - b);
  const port = sorted.find((candidate) => publicPort(candidate) === urlPort);
  if (port !== undefined) return port;
  throw new ExplainError(`no Gateway listens on port ${urlPort}, only on ${sorted.join(', ') || 'none'}`);
}

/** The tables that speak the protocol on the port. HTTPS may share it with other listeners of TLS. */
function speakersOf(tables: readonly RoutingTable[], port: number, protocol: string): RoutingTable[] {
  const spoken = (table: RoutingTable): string[] =>
    Object.values(table.listeners).flatMap((listener) => (listener.port === port ? [listener.protocol] : []));
  const speaking = tables.filter((table) => spoken(table).includes(protocol));
  if (speaking.length > 0) return speaking;
  const other = tables.find((table) => spoken(table).length > 0)!;
  const protocols = [...new Set(spoken(other))].join(' and ');
  throw new ExplainError(`port ${port} of Gateway ${other.gateway} speaks ${protocols}, the URL does not`);
}

function requestOf(
  method: string,
  host: string,
  target: string,
  fields: readonly (readonly [string, string])[],
  from: Partial<Pick<PlainRequest, 'clientAddress' | 'scheme' | 'sni'>>,
): PlainRequest {
  try {
    return new PlainRequest(method, host, target, fields, from);
  } catch (error) {
    throw new ExplainError(`the proxy answers 400: ${(error as Error).message}`);
  }
}

function explainGateway(table: RoutingTable, explanation: Explanation, accounts: Accounts | null): ExplainedGateway {
  const { outcome } = explanation;
  const rule = outcome.status === 0 ? table.rules[outcome.rule] : undefined;
  return {
    gateway: table.gateway,
    ...explanation,
    candidates: explanation.candidates.map((one) => ({ ...one, name: table.rules[one.rule]?.name ?? '' })),
    policies: policiesOf(table, explanation, accounts),
    hasLostPolicies: accounts !== null,
    timeouts: rule?.timeouts ?? null,
    retry: rule?.retry ?? null,
    sessionPersistence: rule?.sessionPersistence === undefined ? null : shownSessions(rule.sessionPersistence),
    backends: explanation.backends.map((backend) => {
      const traffic = backend.backend === null ? undefined : table.backends[backend.backend]?.traffic;
      return {
        ...backend,
        endpoints: backend.backend === null ? [] : (table.endpoints[backend.backend]?.addresses ?? []),
        traffic: traffic === undefined ? null : shownTraffic(traffic),
      };
    }),
  };
}

function policiesOf(
  table: RoutingTable,
  { outcome, listeners, backends }: Explanation,
  accounts: Accounts | null,
): readonly ExplainedPolicy[] {
  const listener = listeners.find(({ lost }) => lost === null);
  if (outcome.status !== 0 || listener === undefined) return [];
  const keys = backends.flatMap(({ backend }) => backend ?? []);
  return explainPolicies(table, { listener: listener.listener, rule: outcome.rule, backends: keys }, accounts);
}

function compiledOf(table: RoutingTable): CompiledTable {
  const known = compiled.get(table) ?? compile(table, null);
  compiled.set(table, known);
  return known;
}

/** Taken apart by hand, since `new URL` tidies up the very path that the proxy is to judge. */
function partsOf(url: string): { tls: boolean; hostname: string; urlPort: number; target: string } {
  const match = /^(https?):\/\/(\[[^\]]+\]|[^/?#:@[\]]+)(?::(\d{1,5}))?(\/[^?#]*)?(\?[^#]*)?(?:#.*)?$/i.exec(url);
  if (match === null) {
    throw new ExplainError(`${JSON.stringify(url)} is no http or https URL, such as https://shop.example/cart`);
  }
  const [, scheme, hostname, port, path = '/', query = ''] = match;
  const tls = scheme!.toLowerCase() === 'https';
  return { tls, hostname: hostname!.toLowerCase(), urlPort: Number(port ?? (tls ? 443 : 80)), target: path + query };
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '');
}
