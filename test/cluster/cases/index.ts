import { BACKEND_TLS_POLICY_CASES } from './backend-tls-policy.ts';
import type { Case } from './case.ts';
import { DATA_CASES } from './data.ts';
import { SLICE_CASES } from './endpoint-slice.ts';
import { GATEWAY_CASES } from './gateway.ts';
import { GRPC_ROUTE_CASES } from './grpc-route.ts';
import { HTTP_ROUTE_CASES } from './http-route.ts';
import { HTTP_ROUTE_FILTER_CASES } from './http-route-filter.ts';
import { HTTP_ROUTE_MATCH_CASES } from './http-route-match.ts';
import { HTTP_ROUTE_RULE_CASES } from './http-route-rule.ts';
import { LISTENER_CASES } from './listener.ts';
import { LISTENER_SET_CASES } from './listener-set.ts';
import { GATEWAY_CLASS_CASES, METADATA_CASES, REFERENCE_GRANT_CASES } from './other.ts';
import { SERVICE_CASES } from './service.ts';
import { STREAM_ROUTE_CASES } from './stream-route.ts';

/** Every rule of the schemas. The unit tests ask the schemas about them, the differential test asks an API server. */
export const CASES: readonly Case[] = [
  ...GATEWAY_CLASS_CASES,
  ...GATEWAY_CASES,
  ...LISTENER_CASES,
  ...HTTP_ROUTE_CASES,
  ...HTTP_ROUTE_MATCH_CASES,
  ...HTTP_ROUTE_RULE_CASES,
  ...HTTP_ROUTE_FILTER_CASES,
  ...GRPC_ROUTE_CASES,
  ...STREAM_ROUTE_CASES,
  ...LISTENER_SET_CASES,
  ...BACKEND_TLS_POLICY_CASES,
  ...REFERENCE_GRANT_CASES,
  ...METADATA_CASES,
  ...SERVICE_CASES,
  ...SLICE_CASES,
  ...DATA_CASES,
];
