import type { Case } from '../cases/case.ts';
import { ACCESS_POLICY_CASES } from './access-policy.ts';
import { AGGREGATE_CASES } from './aggregate.ts';
import { BACKEND_TRAFFIC_POLICY_CASES } from './backend-traffic-policy.ts';
import { CACHE_POLICY_CASES } from './cache-policy.ts';
import { COMPRESSION_CASES } from './compression.ts';
import { GATEWAY_PARAMETERS_CASES } from './gateway-parameters.ts';
import { HTTP_MATCH_POLICY_CASES } from './http-match-policy.ts';
import { HTTP_ROUTE_FILTER_CASES } from './http-route-filter.ts';
import { PROTOCOL_FILTER_CASES } from './protocol-filters.ts';
import { RATE_LIMIT_POLICY_CASES } from './rate-limit-policy.ts';
import { TELEMETRY_POLICY_CASES } from './telemetry-policy.ts';

/** Every rule of our own kinds' schemas, asked of the schemas by the unit tests and of an API server by the cluster's. */
export const OWN_CASES: readonly Case[] = [
  ...ACCESS_POLICY_CASES,
  ...AGGREGATE_CASES,
  ...BACKEND_TRAFFIC_POLICY_CASES,
  ...CACHE_POLICY_CASES,
  ...COMPRESSION_CASES,
  ...GATEWAY_PARAMETERS_CASES,
  ...HTTP_MATCH_POLICY_CASES,
  ...HTTP_ROUTE_FILTER_CASES,
  ...PROTOCOL_FILTER_CASES,
  ...RATE_LIMIT_POLICY_CASES,
  ...TELEMETRY_POLICY_CASES,
];
