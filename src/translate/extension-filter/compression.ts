import { bytesOf } from '../../api/policy/value.ts';
import { keyOf } from '../object.ts';
import type { FilterType } from './type.ts';

const CODING = { Brotli: 'br', Gzip: 'gzip', Zstd: 'zstd' } as const;

export const compressionType: FilterType = {
  routes: ['HTTPRoute'],
  listeners: false,
  referents: () => [],
  convert: ({ metadata, spec }) => {
    const { contentTypes, encodings, minBytes } = spec.compression!;
    return {
      filters: [
        {
          kind: 'Compression',
          filter: keyOf(metadata),
          encodings: encodings.map((name) => CODING[name]),
          contentTypes,
          minBytes: bytesOf(minBytes),
        },
      ],
      faults: [],
      secrets: {},
    };
  },
};
