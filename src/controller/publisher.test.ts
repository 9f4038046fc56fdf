import { expect, test } from 'vitest';
import type { TableChange } from '../ir/delta.ts';
import type { RoutingTable } from '../ir/table.ts';
import { snapshotOf } from '../snapshot/revision.ts';
import { Publisher } from './publisher.ts';

const EMPTY: RoutingTable = {
  gateway: 'shop/web',
  listeners: {},
  rules: {},
  streams: {},
  backends: {},
  endpoints: {},
  certificates: {},
  policies: {},
};
const first = (gateway: string): TableChange => ({ before: null, table: { ...EMPTY, gateway }, keys: {} });

test('a table that could not be published is published later, and holds up no other', () => {
  const published: string[] = [];
  let broken = true;
  const publisher = new Publisher({
    publish: ({ revision, table }) => {
      if (broken && table.gateway === 'shop/web') throw new Error('no memory');
      published.push(`${table.gateway} ${revision}`);
    },
    forget: () => {},
  });
  publisher.add(first('shop/web'));
  publisher.add(first('shop/other'));
  expect(() => publisher.publish()).toThrow('no memory');
  const revision = (gateway: string) => snapshotOf({ ...EMPTY, gateway }).revision;
  expect(published).toEqual([`shop/other ${revision('shop/other')}`]);
  broken = false;
  publisher.publish();
  publisher.publish();
  expect(published.slice(1)).toEqual([`shop/web ${revision('shop/web')}`]);
});

test('of a Gateway that is gone nothing is published any more', () => {
  const forgotten: string[] = [];
  const publisher = new Publisher({
    publish: () => {
      throw new Error('published');
    },
    forget: (gateway) => forgotten.push(gateway),
  });
  publisher.add(first('shop/web'));
  publisher.forget('shop/web');
  publisher.publish();
  expect(forgotten).toEqual(['shop/web']);
});
