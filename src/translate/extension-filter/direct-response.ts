import { keyOf } from '../object.ts';
import type { FilterType } from './type.ts';

export const directResponseType: FilterType = {
  routes: ['HTTPRoute'],
  listeners: true,
  referents: () => [],
  convert: ({ metadata, spec }) => {
    const { statusCode, contentType, headers = [], body = '' } = spec.directResponse!;
    const own = headers.map(({ name, value }) => ({ name, value }));
    return {
      filters: [
        {
          kind: 'DirectResponse',
          filter: keyOf(metadata),
          status: statusCode,
          headers: body === '' ? own : [{ name: 'Content-Type', value: contentType }, ...own],
          body,
        },
      ],
      faults: [],
      secrets: {},
    };
  },
};
