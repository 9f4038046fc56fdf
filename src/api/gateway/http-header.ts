import { z } from 'zod';
import { text } from '../schema/text.ts';

/** The name of a header (RFC 9110 token); names are compared without regard to case. */
export const headerName = text({
  min: 1,
  max: 256,
  pattern: /^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/,
  what: "letters, digits and !#$%&'*+-.^_`|~",
});

/** A header's value: visible ASCII, with single spaces or tabs between. */
export const headerValue = text({
  min: 1,
  max: 4096,
  pattern: /^[!-~]+(?:[\t ][!-~]+)*$/,
  what: 'visible ASCII characters with single spaces or tabs only between them',
});

export const httpHeaderSchema = z.object({ name: headerName, value: headerValue });

export type HTTPHeader = z.output<typeof httpHeaderSchema>;
