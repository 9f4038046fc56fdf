/** What statuses say of Gateways that are pinned. */
import type { Condition } from '../../ir/status.ts';
import type { ObjectStatus } from '../../translate/index.ts';
import type { Pin } from './pin.ts';

type Gateway = Extract<ObjectStatus, { kind: 'Gateway' }>;

export type PinState = {
  readonly pin: Pin | 'unreadable';
  /** Whether every proxy that takes traffic serves it. */
  readonly served: boolean;
};

/** Our condition of a Gateway that is pinned; one that is not has none. */
export const PINNED = 'headgate.dev/Pinned';

/** Why objects of a pinned Gateway that have changed since are not programmed. */
export function pinnedMessage({ gateway, revision }: Pin): string {
  return `the Gateway is pinned to revision ${revision.slice(0, 12)}; headgate resume ${gateway} releases it`;
}

export function addPinned(gateway: Gateway, state: PinState | null): Gateway {
  if (state === null) return gateway;
  const { conditions } = gateway.status;
  const condition = pinned(state, conditions[0]?.observedGeneration ?? 0);
  return { ...gateway, status: { ...gateway.status, conditions: [...conditions, condition] } };
}

function pinned({ pin, served }: PinState, observedGeneration: number): Condition {
  const condition = (status: 'True' | 'False', reason: string, message: string): Condition => {
    return { type: PINNED, status, reason, message, observedGeneration };
  };
  if (pin === 'unreadable') {
    const message =
      'the pinned table cannot be read, so the Gateway is served as it is configured; headgate resume removes the pin';
    return condition('False', 'Unreadable', message);
  }
  const what = `the configuration of revision ${pin.revision.slice(0, 12)}, pinned at ${pin.at}`;
  const release = `headgate resume ${pin.gateway} releases it`;
  return served
    ? condition('True', 'RolledBack', `the proxies serve ${what}, with endpoints as they are now; ${release}`)
    : condition('False', 'Pending', `not every proxy serves ${what} yet`);
}
