import { expect, test } from 'vitest';
import { DESCRIPTOR_SET } from '../../../test/requirements/descriptor-set.ts';
import { bindingsOf } from './descriptor-set.ts';

const written = (services: string[] = []): string[] =>
  bindingsOf(DESCRIPTOR_SET, services).bindings.map(({ call, method, template, body, responseBody }) => {
    const path = `/${template.segments.join('/')}${template.verb === '' ? '' : `:${template.verb}`}`;
    return `${method} ${path} ${call} ${body || '-'} ${responseBody || '-'}`;
  });

test('unary methods are bound as their options say', () => {
  const bound = [
    'POST /shop.v1.Catalogue/Plain shop.v1.Catalogue/Plain * -',
    'GET /v1/items/* shop.v1.Catalogue/GetItem - -',
    'POST /v1/items:make shop.v1.Catalogue/MakeItem * -',
    'GET /v1/items shop.v1.Catalogue/ListItems - items',
    'GET /v1/old/* shop.v1.Catalogue/GetItem - -',
    'PUT /v1/shelves/*/items/* shop.v1.Catalogue/PutItem item -',
  ];
  expect(written().sort()).toEqual(bound.sort());
  expect(written(['shop.v1.Catalogue'])).toEqual(written());
});

test('faults are told', () => {
  expect(bindingsOf(DESCRIPTOR_SET, ['shop.v1.Nothing']).faults).toEqual(['has no service shop.v1.Nothing']);
  expect(bindingsOf(Buffer.from('nonsense'), []).faults).toEqual([
    'is no google.protobuf.FileDescriptorSet with all its imports',
  ]);
  expect(bindingsOf(Buffer.alloc(0), []).faults).toEqual(['has no unary method']);
});
