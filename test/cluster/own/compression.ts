import type { Json } from '../api-server.ts';
import { type Case, cases, times } from '../cases/case.ts';

const filter = (spec: Json): Json => ({
  apiVersion: 'headgate.dev/v1alpha1',
  kind: 'HTTPRouteFilter',
  metadata: { name: 'case' },
  spec,
});
const compression = (part: Json): Json => filter({ type: 'Compression', compression: part });

const MEDIA = 'must be a media type in lower case such as "text/html", or all of a kind such as "text/*"';

/** HTTPRouteFilter of type Compression. */
export const COMPRESSION_CASES: readonly Case[] = [
  ...cases(compression, [
    [
      'a coding is known',
      { encodings: ['Gzip'] },
      { encodings: ['Deflate'] },
      'spec.compression.encodings.0: must be one of Zstd, Brotli, Gzip, not "Deflate"',
    ],
    [
      'there is a coding',
      { encodings: ['Zstd'] },
      { encodings: [] },
      'spec.compression.encodings: must have at least 1 item',
    ],
    [
      'a media type is one',
      { contentTypes: ['text/*'] },
      { contentTypes: ['*/*'] },
      `spec.compression.contentTypes.0: ${MEDIA}, not "*/*"`,
    ],
    [
      'media types are bounded',
      { contentTypes: times(64, (i) => `text/x${i}`) },
      { contentTypes: times(65, (i) => `text/x${i}`) },
      'spec.compression.contentTypes: must have at most 64 items, has 65',
    ],
    [
      'a size is in bytes',
      { minBytes: 0 },
      { minBytes: 'small' },
      'spec.compression.minBytes: must be a number of bytes such as 65536, "64Ki" or "10Mi", not "small"',
    ],
  ]),
  ...cases(filter, [
    [
      'the type has its field',
      { type: 'Compression', compression: {} },
      { type: 'Compression' },
      'spec.compression: must be set when type is Compression, and only then',
    ],
  ]),
];
