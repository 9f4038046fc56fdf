import { z } from 'zod';
import { backendObjectReferenceFields } from '../../gateway/backend-reference.ts';
import { objectName } from '../../gateway/name.ts';
import { text } from '../../schema/text.ts';
import { withRules } from '../rule.ts';
import { duration } from '../value.ts';

/** A Service; of another namespace when a ReferenceGrant there allows it. */
export const serviceRefSchema = withRules(z.object(backendObjectReferenceFields), {
  cel: "self.group != '' || self.kind != 'Service' || has(self.port)",
  holds: ({ group, kind, port }) => group !== '' || kind !== 'Service' || port !== undefined,
  message: 'is required when the reference is to a Service',
  path: ['port'],
});

/** A Secret of the policy's namespace. */
export const secretRefSchema = z.object({ name: objectName });

const dataKey = text({ min: 1, max: 253, pattern: /^[-._a-zA-Z0-9]+$/, what: 'letters, digits, "-", "_" and "."' });

/** One value of a Secret of the policy's namespace. */
export const secretKeyRefSchema = z.object({ name: objectName, key: dataKey });

/** A ConfigMap of the policy's namespace. */
export const configMapRefSchema = z.object({ name: objectName });

/** A path of our own, without query. */
export const absolutePath = text({ min: 1, max: 1024, pattern: /^\/[-A-Za-z0-9._~/]*$/, what: 'a path' });

/** A time that is not 0. */
export const time = withRules(duration, {
  cel: "duration(self) > duration('0s')",
  holds: (value) => /[1-9]/.test(value),
  message: 'must not be 0',
});
