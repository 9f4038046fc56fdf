import type { HTTPExternalAuthFilter } from '../../api/gateway/http-external-auth-filter.ts';
import type { ExternalAuth } from '../../ir/filter.ts';
import type { Failure } from '../../ir/table.ts';
import type { FilterContext } from './filter.ts';

/** The filter has no field for it; that of an AccessPolicy has the same default. */
const TIMEOUT = 5_000;

/** Without the service nobody may get in: a reference that leads nowhere is a failure. */
export function convertExternalAuth(
  { backendRef, forwardBody, grpc, http, protocol }: HTTPExternalAuthFilter,
  field: string,
  { report, resolve }: Pick<FilterContext, 'report' | 'resolve'>,
): ExternalAuth | Failure {
  const resolution = resolve(backendRef);
  if (!resolution.ok) {
    const { message, reason } = resolution;
    report.unresolved.push({ reason, message: `${field}.backendRef: ${message}` });
    return { status: 500, reason };
  }
  if (resolution.failure !== null) return resolution.failure;
  const lower = (names: readonly string[] = []) => names.map((name) => name.toLowerCase());
  return {
    kind: 'ExternalAuth',
    protocol,
    backend: resolution.key,
    path: (http?.path ?? '').replace(/\/$/, ''),
    allowedHeaders: lower((protocol === 'HTTP' ? http : grpc)?.allowedHeaders),
    allowedResponseHeaders: lower(http?.allowedResponseHeaders),
    maxBody: forwardBody?.maxSize ?? 0,
    timeout: TIMEOUT,
  };
}
