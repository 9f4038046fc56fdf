import { milliseconds } from '../../api/gateway/duration.ts';
import { bytesOf } from '../../api/policy/value.ts';
import { keyOf } from '../object.ts';
import { DEFAULT_TIMEOUT } from './grpc-transcode.ts';
import type { FilterType } from './type.ts';

export const soapType: FilterType = {
  routes: ['HTTPRoute'],
  listeners: false,
  referents: () => [],
  convert: ({ metadata, spec }) => {
    const { action, arrays = [], booleans = [], elementForm, namespace, numbers = [], operation, version } = spec.soap!;
    const { maxRequestBytes, maxResponseBytes, timeout } = spec.soap!;
    return {
      filters: [
        {
          kind: 'SOAP',
          filter: keyOf(metadata),
          version,
          action,
          element: operation,
          namespace,
          qualified: elementForm === 'Qualified',
          arrays: [...arrays],
          numbers: [...numbers],
          booleans: [...booleans],
          maxRequestBytes: Math.max(1, bytesOf(maxRequestBytes)),
          maxResponseBytes: bytesOf(maxResponseBytes),
          timeout: milliseconds(timeout) || DEFAULT_TIMEOUT,
        },
      ],
      faults: [],
      secrets: {},
    };
  },
};
