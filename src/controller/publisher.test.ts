import { expect, test } from 'vitest';
import type { TableChange } from '../ir/delta.ts';
import { emptyTable, type RoutingTable } from '../ir/table.ts';
import { snapshotOf } from '../snapshot/revision.ts';
import { makePin, type Pin } from './pin/pin.ts';
import { Publisher } from './publisher.ts';

const EMPTY = emptyTable('shop/web');
const UNPINNED = { pins: () => [], endpointsOf: () => ({ addresses: [] }) };
const first = (gateway: string): TableChange => ({ table: { ...EMPTY, gateway }, keys: {} });

test('a table that could not be published is published later, and holds up no other', () => {
  const published: string[] = [];
  let broken = true;
  const publisher = new Publisher({
    ...UNPINNED,
    snapshots: {
      publish: ({ revision, table }) => {
        if (broken && table.gateway === 'shop/web') throw new Error('no memory');
        published.push(`${table.gateway} ${revision}`);
      },
      forget: () => {},
    },
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
    ...UNPINNED,
    snapshots: {
      publish: () => {
        throw new Error('published');
      },
      forget: (gateway) => forgotten.push(gateway),
    },
  });
  publisher.add(first('shop/web'));
  publisher.forget('shop/web');
  publisher.publish();
  expect(forgotten).toEqual(['shop/web']);
});

test('a pinned table is published in place of the configured one, follows endpoints, and is released', () => {
  const table = (name: string): RoutingTable => ({ ...EMPTY, backends: { a: { protocol: 'http1', name, tls: null } } });
  const endpoint = { port: 80, ready: true, serving: true, terminating: false, zone: '' };
  let address = '10.0.0.1';
  let pins: Pin[] = [];
  const published: RoutingTable[] = [];
  const publisher = new Publisher({
    snapshots: { publish: (snapshot) => published.push(snapshot.table), forget: () => {} },
    pins: () => pins,
    endpointsOf: () => ({ addresses: [{ ...endpoint, address }] }),
  });
  const change = (name: string) => publisher.add({ table: table(name), keys: {} });
  const last = () => [published.length, published.at(-1)!.backends.a!.name, published.at(-1)!.endpoints.a];
  change('one');
  publisher.publish();
  expect(last()).toEqual([1, 'one', undefined]);
  pins = [makePin(table('pinned'), { uid: '', revision: '', at: '' })];
  publisher.publish();
  expect(last()).toMatchObject([2, 'pinned', { addresses: [{ address }] }]);
  expect(publisher.pin('shop/web')).toBe(pins[0]);
  change('two');
  publisher.publish();
  publisher.publish();
  expect(published).toHaveLength(2);
  expect(publisher.configured('shop/web')!.table).toEqual(table('two'));
  address = '10.0.0.2';
  publisher.endpointsChanged();
  publisher.publish();
  expect(last()).toMatchObject([3, 'pinned', { addresses: [{ address }] }]);
  pins = [];
  publisher.publish();
  expect(last()).toEqual([4, 'two', undefined]);
  expect(publisher.pin('shop/web')).toBeNull();
});
