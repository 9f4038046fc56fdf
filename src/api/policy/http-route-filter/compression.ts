import { z } from 'zod';
import { set } from '../../schema/list.ts';
import { text } from '../../schema/text.ts';
import { byteSize } from '../value.ts';

const mediaType = text({
  min: 3,
  max: 127,
  pattern: /^[a-z0-9!#$&^_.+-]+\/(?:[a-z0-9!#$&^_.+-]+|\*)$/,
  what: 'a media type in lower case such as "text/html", or all of a kind such as "text/*"',
});

/** What is text nearly always, and smaller by far when it is coded. */
const CONTENT_TYPES = [
  'application/javascript',
  'application/json',
  'application/ld+json',
  'application/manifest+json',
  'application/problem+json',
  'application/xhtml+xml',
  'application/xml',
  'image/svg+xml',
  'text/*',
];

export const compressionSchema = z.object({
  encodings: set(z.enum(['Zstd', 'Brotli', 'Gzip']), { min: 1, max: 3 })
    .default(['Zstd', 'Brotli', 'Gzip'])
    .describe('The codings that responses may get. Of those that a client likes equally the first is taken.'),
  contentTypes: set(mediaType, { min: 1, max: 64 })
    .default(CONTENT_TYPES)
    .describe('Media types of responses that are coded. Those of gRPC never are.'),
  minBytes: byteSize.default('1Ki').describe('Shorter bodies of a known length are sent as they are.'),
});
