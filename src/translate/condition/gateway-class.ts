import type { Condition } from '../../ir/status.ts';
import { condition } from './condition.ts';

export function accepted(generation: number): Condition {
  return condition('Accepted', 'True', 'Accepted', 'Gateways of this class are served by Headgate', generation);
}

export function invalidParameters(message: string, generation: number): Condition {
  return condition('Accepted', 'False', 'InvalidParameters', message, generation);
}

/** The release of the Gateway API that Headgate is made for; its patches add no fields. */
export const SUPPORTED_RELEASE = 'v1.7';

export function supportedVersion(generation: number): Condition {
  const message = `The CRDs of the Gateway API are of ${SUPPORTED_RELEASE}`;
  return condition('SupportedVersion', 'True', 'SupportedVersion', message, generation);
}

/** @param found what there is in place of the supported release */
export function unsupportedVersion(found: string, generation: number): Condition {
  const message = `Headgate is made for CRDs of the Gateway API ${SUPPORTED_RELEASE} and does its best with ${found}`;
  return condition('SupportedVersion', 'False', 'UnsupportedVersion', message, generation);
}
