import { z } from 'zod';
import { headerName } from '../../gateway/http-header.ts';
import { list } from '../../schema/list.ts';
import { integer } from '../../schema/number.ts';
import { setWhen, withRules } from '../rule.ts';
import { cidr } from '../value.ts';

const named = z.object({ name: headerName });

const consistentHashSchema = withRules(
  z.object({
    type: z.enum(['SourceIP', 'Header', 'Cookie']),
    header: named.optional(),
    cookie: named.describe("The application's own cookie: it is only read.").optional(),
  }),
  setWhen('header', 'type', 'Header'),
  setWhen('cookie', 'type', 'Cookie'),
);

const endpointWeight = z.object({
  cidr: cidr.describe('Endpoints with an address in this network.'),
  weight: integer(1, 1_000),
});

export const loadBalancerSchema = withRules(
  z.object({
    type: z
      .enum(['RoundRobin', 'LeastRequest', 'Random', 'ConsistentHash', 'First'])
      .default('RoundRobin')
      .describe(
        'RoundRobin: one after the other. LeastRequest: the one with the fewest requests under way. Random: the freer of two that are drawn. ConsistentHash: the same for the same key. First: always the first, for debugging.',
      ),
    consistentHash: consistentHashSchema
      .describe(
        'What requests for the same endpoint have in common; those without it are balanced one after the other.',
      )
      .optional(),
    endpointWeights: list(endpointWeight, {
      min: 1,
      max: 64,
      unique: { by: 'cidr', key: ({ cidr: network }) => network },
    })
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['cidr'] })
      .describe(
        'Shares of endpoints that are not alike. The first network that holds an address counts; the weight of all others is 1.',
      )
      .optional(),
  }),
  setWhen('consistentHash', 'type', 'ConsistentHash'),
  {
    cel: "self.type != 'First' || !has(self.endpointWeights)",
    holds: ({ type, endpointWeights }) => type !== 'First' || endpointWeights === undefined,
    message: 'must not be set when type is First, which weighs nothing',
    path: ['endpointWeights'],
  },
);
