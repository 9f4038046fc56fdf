import { expect, test } from 'vitest';
import type { ShownProxy } from '../../admin/source.ts';
import type { Found, GatewayObject } from '../cluster/gateways.ts';
import { summaryOf } from '../cluster/summary.ts';
import { summaryText } from './cluster.ts';

const REVISION = '3f9c2b71d04e'.padEnd(64, '0');
const OTHER = '81aa04c3be70'.padEnd(64, '0');
const yes = (type: string) => ({ type, status: 'True' as const, reason: type, message: '' });
const no = (type: string, reason: string, message: string) => ({ type, status: 'False' as const, reason, message });

const gateway = (name: string, more: object[] = []): GatewayObject => ({
  metadata: { namespace: 'shop', name },
  spec: { gatewayClassName: 'headgate' },
  status: {
    addresses: [{ value: '203.0.113.7' }],
    conditions: [yes('Accepted'), yes('Programmed'), ...(more as ReturnType<typeof yes>[])],
    listeners: [{ name: 'http', attachedRoutes: 2, conditions: [yes('Programmed')] }],
  },
});
const proxy = (name: string, part: Partial<ShownProxy> = {}): ShownProxy => ({
  gateway: 'shop/web',
  proxy: name,
  ready: true,
  revision: REVISION,
  wanted: REVISION,
  behindSince: null,
  rejected: null,
  ...part,
});

test('a cluster in which all is well is one table', () => {
  const summary = summaryOf({ gateways: [gateway('web')], routes: [] }, [proxy('a'), proxy('b')]);
  expect(summaryText(summary)).toBe(
    `${[
      'GATEWAY   CLASS     ADDRESS      PROGRAMMED  ROUTES  READY  CURRENT  REVISION      PINNED',
      'shop/web  headgate  203.0.113.7  True        2       2/2    2/2      3f9c2b71d04e  -',
    ].join('\n')}\n`,
  );
});

test('what is wrong stands below: proxies, Gateways that nobody looked at, routes', () => {
  const pinned = { ...yes('headgate.dev/Pinned'), message: 'the proxies serve something old' };
  const found: Found = {
    gateways: [gateway('web', [pinned]), { ...gateway('new'), status: undefined } as unknown as GatewayObject],
    routes: [
      {
        kind: 'HTTPRoute',
        metadata: { namespace: 'shop', name: 'cart' },
        status: {
          parents: [
            {
              controllerName: 'headgate.dev/gateway-controller',
              parentRef: { name: 'web', sectionName: 'http' },
              conditions: [yes('Accepted'), no('ResolvedRefs', 'BackendNotFound', 'no\nService')],
            },
          ],
        },
      },
    ],
  };
  const behind = {
    revision: OTHER,
    behindSince: '2026-01-01T00:00:00.000Z',
    rejected: { revision: REVISION, reason: 'no memory' },
  };
  const summary = summaryOf(found, [proxy('a', behind), proxy('b', { ready: false, revision: '' })]);
  expect(summaryText(summary).split('\n')).toEqual([
    'GATEWAY   CLASS     ADDRESS      PROGRAMMED  ROUTES  READY  CURRENT  REVISION      PINNED',
    'shop/new  headgate  -            Unknown     0       0/0    0/0      -             -',
    'shop/web  headgate  203.0.113.7  True        2       1/2    0/1      3f9c2b71d04e  yes',
    '',
    'Gateway shop/web: the proxies serve something old',
    'Gateway shop/web, proxy a: serves revision 81aa04c3be70, behind since 2026-01-01T00:00:00.000Z; it refused revision 3f9c2b71d04e: no memory',
    'Gateway shop/web, proxy b: serves nothing that is known',
    'Gateway shop/new: Accepted is Unknown, Pending: no controller has looked at it',
    'HTTPRoute shop/cart, parent shop/web, listener http: ResolvedRefs is False, BackendNotFound: no Service',
    '',
  ]);
});

test('without the controller nothing is said about proxies', () => {
  const text = summaryText(summaryOf({ gateways: [gateway('web')], routes: [] }, null));
  expect(text).toMatch(/True +2 +\? +\? +- +-\n$/);
});
