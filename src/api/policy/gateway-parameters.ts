import { z } from 'zod';
import { integer } from '../schema/number.ts';
import { headersSchema } from './gateway-parameters/headers.ts';
import { proxySchema } from './gateway-parameters/proxy.ts';
import { addressesSchema, serviceSchema } from './gateway-parameters/service.ts';
import {
  accessLogSchema,
  cacheSchema,
  clientIPSchema,
  connectionsSchema,
  debugHeaderSchema,
  defaultsSchema,
  httpSchema,
  mirrorSchema,
  retrySchema,
  routePrioritySchema,
  timeoutsSchema,
} from './gateway-parameters/traffic.ts';
import { ownKind } from './own-kind.ts';
import { ACCEPTED_COLUMN, AGE_COLUMN, ancestorSchema, ancestorsStatus, PROGRAMMED_COLUMN } from './status.ts';
import { baseURL } from './value.ts';

/**
 * Everything may be left out: what a Gateway's parameters do not say, those of its class do, and the defaults stand behind
 * both. That is why no field that is merged has a default here: it would hide what the class says.
 */
export const gatewayParametersSpecSchema = z.object({
  proxy: proxySchema.describe('How the proxies are run.').optional(),
  service: serviceSchema.describe('The Service before the proxies.').optional(),
  addresses: addressesSchema
    .describe("The Gateway's addresses in its status, when clients come over something that Kubernetes does not know.")
    .optional(),
  clientIP: clientIPSchema.describe('Whom to believe about where a request comes from.').optional(),
  accessLog: accessLogSchema.describe('One JSON line for each request, on standard output.').optional(),
  debugHeader: debugHeaderSchema.describe('Whether clients may ask which rule took their request.').optional(),
  http: httpSchema.describe('Bounds of HTTP messages.').optional(),
  headers: headersSchema
    .describe('Header fields that all routes have in common; what a route says of a name wins.')
    .optional(),
  publicURL: baseURL.describe('Where clients find the Gateway, as far as filters have to tell ({BaseURL}).').optional(),
  defaults: defaultsSchema.describe('For routes that do not say themselves.').optional(),
  timeouts: timeoutsSchema.describe('Bounds of waiting; 0s is none. Timeouts of routes are in the routes.').optional(),
  connections: connectionsSchema.describe('Bounds of connections.').optional(),
  routePriority: routePrioritySchema.describe('What the priorities of HTTPMatchPolicies count against.').optional(),
  retry: retrySchema.describe('What retries of routes may cost.').optional(),
  mirror: mirrorSchema.describe('What mirroring may cost.').optional(),
  cache: cacheSchema.describe('What caching may cost.').optional(),
});

const statusSchema = ancestorsStatus(
  ancestorSchema.extend({
    proxies: integer(0).describe('Proxy pods of the Gateway, or of all Gateways of the class.').optional(),
    readyProxies: integer(0).describe('Those of them that take traffic.').optional(),
    revision: z
      .string()
      .meta({ maxLength: 64 })
      .describe('Of the routing table that every ready proxy of the Gateway serves; absent while they differ.')
      .optional(),
  }),
);

export const { schema: gatewayParametersSchema, definition: gatewayParametersKind } = ownKind({
  kind: 'GatewayParameters',
  plural: 'gatewayparameters',
  shortNames: ['gwparams'],
  description:
    'How the proxies of Gateways are run. A GatewayClass names one in spec.parametersRef, and a Gateway in spec.infrastructure.parametersRef, whose fields win.',
  policy: null,
  spec: gatewayParametersSpecSchema,
  status: statusSchema,
  columns: [
    { name: 'For', type: 'string', jsonPath: '.status.ancestors[*].ancestorRef.name' },
    ACCEPTED_COLUMN,
    PROGRAMMED_COLUMN,
    { name: 'Ready', type: 'string', jsonPath: '.status.ancestors[*].readyProxies' },
    { name: 'Proxies', type: 'string', jsonPath: '.status.ancestors[*].proxies' },
    { name: 'Revision', type: 'string', jsonPath: '.status.ancestors[*].revision' },
    AGE_COLUMN,
  ],
});

export type GatewayParameters = z.output<typeof gatewayParametersSchema>;
export type GatewayParametersSpec = GatewayParameters['spec'];
