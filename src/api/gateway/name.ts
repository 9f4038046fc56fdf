import { dnsLabel, dnsSubdomain } from '../core/name.ts';
import { text } from '../schema/text.ts';

/** The API group of the Gateway API. */
export const GATEWAY_GROUP = 'gateway.networking.k8s.io';

/** An API group; the core group is the empty string. */
export const group = text({
  max: 253,
  pattern: /^$|^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/,
  what: 'an API group such as "apps.example.com", or empty for the core group',
});

export const kind = text({
  min: 1,
  max: 63,
  pattern: /^[a-zA-Z](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/,
  what: 'a kind of letters, digits and "-", starting with a letter',
});

/** The name of another object, of whatever kind. */
export const objectName = text({ min: 1, max: 253 });

export const namespaceName = dnsLabel;

/** The name of a listener or of a rule. */
export const sectionName = dnsSubdomain;

export const controllerName = text({
  min: 1,
  max: 253,
  pattern: /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/,
  what: 'a domain and a path, such as "example.com/gateway-controller"',
});
