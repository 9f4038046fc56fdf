import { z } from 'zod';
import { labelSelectorSchema } from '../core/label-selector.ts';
import { list } from '../schema/list.ts';
import { portNumber } from '../schema/number.ts';
import { text } from '../schema/text.ts';
import { hostname } from './hostname.ts';
import { externalAuthFilterSchema } from './http-external-auth-filter.ts';
import { GATEWAY_GROUP, group, kind, sectionName } from './name.ts';
import { localObjectReferenceSchema, secretObjectReferenceSchema } from './object-reference.ts';

const protocol = text({
  min: 1,
  max: 255,
  // The CRD's second alternative is anchored at its end only.
  pattern:
    /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$|[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9]+$/,
  what: 'HTTP, HTTPS, TLS, TCP, UDP, or a domain and a name such as "example.com/proto"',
});

const tlsSchema = z.object({
  mode: z.enum(['Terminate', 'Passthrough']).default('Terminate'),
  certificateRefs: list(secretObjectReferenceSchema, { max: 64 }).optional(),
  options: z.record(z.string(), text({ max: 4096 })).optional(),
});

const allowedRoutesSchema = z.object({
  namespaces: z
    .object({
      from: z.enum(['All', 'Selector', 'Same']).default('Same'),
      selector: labelSelectorSchema.optional(),
    })
    .prefault({}),
  kinds: list(z.object({ group: group.default(GATEWAY_GROUP), kind }), { max: 8 }).optional(),
});

const listenerFilterSchema = z.object({
  type: z.enum(['ExternalAuth', 'ExtensionRef']),
  externalAuth: externalAuthFilterSchema.optional(),
  extensionRef: localObjectReferenceSchema.optional(),
});

const listenerSchema = z.object({
  name: sectionName,
  hostname: hostname.optional(),
  port: portNumber,
  protocol,
  tls: tlsSchema.optional(),
  allowedRoutes: allowedRoutesSchema.prefault({}),
  filters: z.object({ requests: list(listenerFilterSchema, { max: 16 }).optional() }).optional(),
});

export type GatewayListener = z.output<typeof listenerSchema>;
export type ListenerTLSConfig = z.output<typeof tlsSchema>;
export type AllowedRoutes = z.output<typeof allowedRoutesSchema>;

export const listenersSchema = list(listenerSchema, {
  min: 1,
  max: 64,
  unique: { by: 'name', key: (listener) => listener.name },
});
