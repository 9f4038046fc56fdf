import type { Case } from '../cases/case.ts';
import { CACHE_POLICY_CASES } from './cache-policy.ts';
import { COMPRESSION_CASES } from './compression.ts';
import { GATEWAY_PARAMETERS_CASES } from './gateway-parameters.ts';
import { HTTP_ROUTE_FILTER_CASES } from './http-route-filter.ts';

/** Every rule of our own kinds' schemas, asked of the schemas by the unit tests and of an API server by the cluster's. */
export const OWN_CASES: readonly Case[] = [
  ...CACHE_POLICY_CASES,
  ...COMPRESSION_CASES,
  ...GATEWAY_PARAMETERS_CASES,
  ...HTTP_ROUTE_FILTER_CASES,
];
