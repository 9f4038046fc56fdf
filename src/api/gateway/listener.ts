import { z } from 'zod';
import { labelSelectorSchema } from '../core/label-selector.ts';
import type { Issue } from '../schema/issue.ts';
import { list } from '../schema/list.ts';
import { textMap } from '../schema/map.ts';
import { oneMember } from '../schema/member.ts';
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

const tlsSchema = z
  .object({
    mode: z.enum(['Terminate', 'Passthrough']).default('Terminate'),
    certificateRefs: list(secretObjectReferenceSchema, { max: 64 }).optional(),
    options: textMap({ max: 16, value: { max: 4096 } }).optional(),
  })
  .refine(
    ({ mode, certificateRefs = [], options = {} }) =>
      mode !== 'Terminate' || certificateRefs.length > 0 || Object.keys(options).length > 0,
    { path: ['certificateRefs'], error: 'must have at least one item when mode is Terminate and there are no options' },
  );

const allowedRoutesSchema = z.object({
  namespaces: z
    .object({
      from: z.enum(['All', 'Selector', 'Same']).default('Same'),
      selector: labelSelectorSchema.optional(),
    })
    .prefault({}),
  kinds: list(z.object({ group: group.default(GATEWAY_GROUP), kind }), { max: 8 }).optional(),
});

const listenerFilterSchema = z
  .object({
    type: z.enum(['ExternalAuth', 'ExtensionRef']),
    externalAuth: externalAuthFilterSchema.optional(),
    extensionRef: localObjectReferenceSchema.optional(),
  })
  .superRefine(oneMember('type', { ExternalAuth: 'externalAuth', ExtensionRef: 'extensionRef' }));

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
export type AllowedRoutes = z.output<typeof allowedRoutesSchema>;

export const listenersSchema = list(listenerSchema, {
  min: 1,
  max: 64,
  unique: { by: 'name', key: (listener) => listener.name },
}).superRefine((listeners, context) => {
  const seen = new Map<string, number>();
  listeners.forEach((listener, index) => {
    for (const { path, message } of problems(listener))
      context.addIssue({ code: 'custom', path: [index, ...path], message });
    // A listener without hostname differs from every one with a hostname.
    const key = JSON.stringify([listener.port, listener.protocol, listener.hostname ?? null]);
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, index);
    else {
      const message = `has the same port, protocol and hostname as item ${earlier}; one of the three must differ`;
      context.addIssue({ code: 'custom', path: [index], message });
    }
  });
});

/** The definition of ListenerSets has no such rule. */
export const gatewayListenersSchema = listenersSchema.superRefine((listeners, context) => {
  listeners.forEach(({ protocol, filters }, index) => {
    if (filters === undefined || protocol === 'HTTP' || protocol === 'HTTPS') return;
    const message = `must not be set unless protocol is HTTP or HTTPS; it is ${protocol}`;
    context.addIssue({ code: 'custom', path: [index, 'filters'], message });
  });
});

/** Fields of a listener that do not go with its protocol. */
function problems({ protocol, tls, hostname }: GatewayListener): Issue[] {
  const found: Issue[] = [];
  const stream = protocol === 'TCP' || protocol === 'UDP';
  if (tls && (stream || protocol === 'HTTP')) {
    found.push({ path: ['tls'], message: `must not be set when protocol is ${protocol}` });
  }
  if (tls && protocol === 'HTTPS' && tls.mode !== 'Terminate') {
    found.push({ path: ['tls', 'mode'], message: `must be Terminate when protocol is HTTPS, not ${tls.mode}` });
  }
  if (!tls && protocol === 'TLS') found.push({ path: ['tls'], message: 'is required when protocol is TLS' });
  if (hostname !== undefined && stream) {
    found.push({ path: ['hostname'], message: `must not be set when protocol is ${protocol}` });
  }
  return found;
}
