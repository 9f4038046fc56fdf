import { SUPPORTED_RELEASE, supportedVersion, unsupportedVersion } from '../../translate/condition/gateway-class.ts';
import type { ObjectStatus } from '../../translate/index.ts';
import type { BundleVersions } from './crd-versions.ts';

/** CRDs that are named in a message. */
const NAMED = 4;

/** The status of a GatewayClass with `SupportedVersion` as the CRDs of the cluster are; as it is while nothing is known of them. */
export function withSupportedVersion(object: ObjectStatus, versions: BundleVersions | null): ObjectStatus {
  if (object.kind !== 'GatewayClass' || versions === null) return object;
  const { conditions } = object.status;
  const generation = conditions[0]?.observedGeneration ?? 0;
  const others = [...versions].filter(([, version]) => !version.startsWith(`${SUPPORTED_RELEASE}.`));
  const found = others.length === 0 ? supportedVersion(generation) : unsupportedVersion(named(others), generation);
  return { ...object, status: { ...object.status, conditions: [...conditions, found] } };
}

function named(others: readonly (readonly [string, string])[]): string {
  const some = others.slice(0, NAMED).map(([name, version]) => `${name} of ${version === '' ? 'no version' : version}`);
  const rest = others.length - some.length;
  return rest === 0 ? some.join(', ') : `${some.join(', ')} and ${rest} more`;
}
