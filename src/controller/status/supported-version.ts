import type { Condition } from '../../ir/status.ts';
import type { ObjectStatus } from '../../translate/index.ts';
import type { BundleVersions } from './crd-versions.ts';

/** The release of the Gateway API that Headgate is made for; its patches add no fields. */
const RELEASE = 'v1.7';
/** CRDs that are named in a message. */
const NAMED = 4;

/**
 * The status of a GatewayClass with the condition `SupportedVersion` of the Gateway API, as the CRDs of the cluster are; as it
 * is while nothing is known of them.
 */
export function withSupportedVersion(object: ObjectStatus, versions: BundleVersions | null): ObjectStatus {
  if (object.kind !== 'GatewayClass' || versions === null) return object;
  const { conditions } = object.status;
  const others = [...versions].filter(([, version]) => !version.startsWith(`${RELEASE}.`));
  const found: Condition = { ...verdict(others), observedGeneration: conditions[0]?.observedGeneration ?? 0 };
  return { ...object, status: { ...object.status, conditions: [...conditions, found] } };
}

function verdict(others: readonly (readonly [string, string])[]): Omit<Condition, 'observedGeneration'> {
  const type = 'SupportedVersion';
  if (others.length === 0) {
    const message = `The CRDs of the Gateway API are of ${RELEASE}`;
    return { type, status: 'True', reason: 'SupportedVersion', message };
  }
  const message = `Headgate is made for CRDs of the Gateway API ${RELEASE} and does its best with ${named(others)}`;
  return { type, status: 'False', reason: 'UnsupportedVersion', message };
}

function named(others: readonly (readonly [string, string])[]): string {
  const some = others.slice(0, NAMED).map(([name, version]) => `${name} of ${version === '' ? 'no version' : version}`);
  const rest = others.length - some.length;
  return rest === 0 ? some.join(', ') : `${some.join(', ')} and ${rest} more`;
}
