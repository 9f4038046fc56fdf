import { z } from 'zod';
import { text, textProblem } from '../schema/text.ts';
import { DNS_LABEL_RULE } from './name.ts';

/** The transport protocol of a port. */
export const transportProtocol = z.enum(['TCP', 'UDP', 'SCTP']);

/** The name of a port of a Service or EndpointSlice; `''` for the only one. */
export const portName = text().superRefine((value, context) => {
  const message = value === '' ? null : textProblem(value, DNS_LABEL_RULE);
  if (message !== null) context.addIssue({ code: 'custom', message });
});

/** For the fields of core kinds in which the empty string stands for "not set". */
export function emptyIsUnset<S extends z.ZodType>(schema: S) {
  return z.preprocess((value) => (value === '' ? undefined : value), schema);
}
