import type { Json } from '../api-server.ts';
import { type Case, cases, gatewayObject } from './case.ts';

const HTTP = { name: 'http', port: 80, protocol: 'HTTP' };
const set = (part: Json) => gatewayObject('ListenerSet', { parentRef: { name: 'web' }, listeners: [HTTP], ...part });

export const LISTENER_SET_CASES: readonly Case[] = cases(set, [
  ['a ListenerSet has a parent', {}, { parentRef: undefined }, 'spec.parentRef: is required'],
  [
    'a ListenerSet parent has a name',
    { parentRef: { kind: 'Gateway', group: 'gateway.networking.k8s.io', name: 'a', namespace: 'b' } },
    { parentRef: { kind: 'Gateway' } },
    'spec.parentRef.name: is required',
  ],
  ['a ListenerSet has listeners', {}, { listeners: [] }, 'spec.listeners: must have at least 1 item'],
  [
    'a ListenerSet has distinct listeners',
    { listeners: [HTTP, { ...HTTP, name: 'other', hostname: 'a.example' }] },
    { listeners: [HTTP, { ...HTTP, name: 'other' }] },
    'spec.listeners.1: has the same port, protocol and hostname as item 0; one of the three must differ',
  ],
  [
    'a ListenerSet listener of TCP has no TLS',
    { listeners: [{ ...HTTP, protocol: 'TCP' }] },
    { listeners: [{ ...HTTP, protocol: 'TCP', tls: { certificateRefs: [{ name: 'a' }] } }] },
    'spec.listeners.0.tls: must not be set when protocol is TCP',
  ],
]);
