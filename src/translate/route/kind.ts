/** What the kinds of route differ in. A kind is one object of this type in a file of its own, and a line in kinds.ts. */
import type { GRPCRoute } from '../../api/gateway/grpc-route.ts';
import type { HTTPRoute } from '../../api/gateway/http-route.ts';
import type { TCPRoute } from '../../api/gateway/tcp-route.ts';
import type { TLSRoute } from '../../api/gateway/tls-route.ts';
import type { UDPRoute } from '../../api/gateway/udp-route.ts';
import type { Rule, Stream } from '../../ir/table.ts';
import type { UsageFault } from '../extension-filter/usage.ts';
import type { BackendCatalogue } from './backend-ref.ts';
import type { RuleReport } from './report.ts';

export type Route = HTTPRoute | GRPCRoute | TLSRoute | TCPRoute | UDPRoute;
export type RouteKindName = Route['kind'];

/** A rule of an HTTPRoute or GRPCRoute without its place: what does not depend on where the route is attached. */
export type RuleBody = Omit<Rule, 'attachments' | 'order'>;
/** The same of the other kinds. */
export type StreamBody = Omit<Stream, 'attachments' | 'order'>;

export type ConvertedRule = {
  /** Null when the rule is dropped: the report says why. */
  readonly body: RuleBody | StreamBody | null;
  readonly report: RuleReport;
  /** Services (`namespace/name`) that it refers to and may refer to, whether they exist or not. */
  readonly services: readonly string[];
  /** Aggregates (`namespace/name`) that it leads to. */
  readonly aggregates: readonly string[];
  /** HTTPRouteFilters (`namespace/name`) that it refers to, whether they exist or not. */
  readonly filters: readonly string[];
  /** What is wrong with how it uses some of them. */
  readonly usageFaults: readonly UsageFault[];
};

export type RouteKind<R extends Route> = {
  /** The collection of the table that its rules belong to. */
  readonly collection: 'rules' | 'streams';
  readonly hostnames: (route: R) => readonly string[];
  /**
   * @param ours whether TLS to backends is the Gateway's business: not so for what it passes through encrypted, and for
   * datagrams
   */
  readonly convert: (route: R, backends: BackendCatalogue, ours: boolean) => readonly ConvertedRule[];
};
