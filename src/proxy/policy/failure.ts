import { ERRORS } from '../exchange/error.ts';

const STATUSES = new Map<string, number>(Object.values(ERRORS).map(({ reason, status }) => [reason, status]));

/** The status that tells a client of the failure of a subrequest, by its reason: 502 for those that are no ProxyError's. */
export function statusOfFailure(reason: string): number {
  const status = STATUSES.get(reason) ?? 502;
  return status >= 500 ? status : 502;
}
