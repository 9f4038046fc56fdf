/** Where telemetry is sent. */
import { z } from 'zod';
import { backendObjectReferenceFields } from '../../gateway/backend-reference.ts';
import { text } from '../../schema/text.ts';
import { withRules } from '../rule.ts';

/** A Service that takes what the proxies tell. */
export const sinkRef = withRules(z.object(backendObjectReferenceFields), {
  cel: "!(!has(self.group) || self.group == '') || !(!has(self.kind) || self.kind == 'Service') || has(self.port)",
  holds: ({ group, kind, port }) => group !== '' || kind !== 'Service' || port !== undefined,
  message: 'is required when the reference is to a Service',
  path: ['port'],
});

/** A path, and a query if need be, that requests are sent to. */
export const sinkPath = text({
  min: 1,
  max: 1024,
  pattern: /^\/[A-Za-z0-9/\-._~%!$&'()*+,;=:@?]*$/,
  what: 'a path such as "/trace"',
});
