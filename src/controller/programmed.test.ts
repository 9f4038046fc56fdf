import { expect, test } from 'vitest';
import type { ObjectStatus } from '../translate/index.ts';
import { type Progress, withholdProgrammed } from './programmed.ts';

const condition = (type: string, status: 'True' | 'False', reason = type) => ({
  type,
  status,
  reason,
  message: 'as translated',
  observedGeneration: 3,
});
const gateway = (name: string): ObjectStatus => ({
  kind: 'Gateway',
  namespace: 'shop',
  name,
  status: {
    addresses: [],
    conditions: [condition('Accepted', 'True'), condition('Programmed', 'True')],
    listeners: [
      { name: 'a', supportedKinds: [], attachedRoutes: 1, conditions: [condition('Programmed', 'True')] },
      { name: 'b', supportedKinds: [], attachedRoutes: 0, conditions: [condition('Programmed', 'False', 'Invalid')] },
    ],
  },
});
const gatewayClass: ObjectStatus = {
  kind: 'GatewayClass',
  namespace: '',
  name: 'headgate',
  status: { conditions: [condition('Accepted', 'True')], supportedFeatures: [] },
};

function programmed(status: ObjectStatus | undefined): string[] {
  if (status?.kind !== 'Gateway') throw new Error('not a Gateway');
  return [status.status, ...status.status.listeners].flatMap(({ conditions }) =>
    conditions.filter(({ type }) => type === 'Programmed').map((one) => `${one.status} ${one.reason} ${one.message}`),
  );
}

test('an acknowledged Gateway is shown as translated', () => {
  const statuses = [gatewayClass, gateway('a')];
  const shown = withholdProgrammed(statuses, () => ({ desired: '1', acknowledged: '1', reason: '' }));
  expect(shown[0]).toBe(statuses[0]);
  expect(shown[1]).toBe(statuses[1]);
});

test('Programmed is withheld from the Gateway and its good listeners, by Gateway', () => {
  const progress: Record<string, Progress> = {
    'shop/a': { desired: '2', acknowledged: '1', reason: '' },
    'shop/b': { desired: '2', acknowledged: '2', reason: '' },
    'shop/c': { desired: '2', acknowledged: null, reason: 'port 80 is taken' },
  };
  const input = ['a', 'b', 'c', 'd'].map(gateway);
  const before = JSON.stringify(input);
  const [a, b, c, d] = withholdProgrammed(input, (name) => progress[name] ?? null);
  const pending = 'False Pending the proxies have not acknowledged the configuration yet';
  expect(programmed(a)).toEqual([pending, pending, 'False Invalid as translated']);
  expect(programmed(b)).toEqual([
    'True Programmed as translated',
    'True Programmed as translated',
    'False Invalid as translated',
  ]);
  expect(programmed(c)[0]).toBe('False Pending the proxies refused the configuration: port 80 is taken');
  expect(programmed(d)[0]).toBe(pending);
  expect(JSON.stringify(input)).toBe(before);
});
