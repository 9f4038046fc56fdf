import type { Snapshot } from '../ir/delta.ts';
import type { ObjectKey } from '../ir/status.ts';

/** Where the admin server has its answers from; the command that starts it implements this. */
export interface AdminSource {
  /** Whether traffic may be sent here. Called often, so it must be cheap. */
  readiness(): Readiness;
  /** Prometheus' text of the whole program, workers included. Not called again while one call is under way. */
  metrics(): Promise<string>;
  /** The table that is served for each Gateway. */
  snapshots(): readonly Snapshot[];
  /** The status of every object, in the order in which it is shown. */
  statuses(): readonly ShownStatus[];
  /** What would happen to a request, as plain data. Throws an `ExplainError` when the request makes no sense. */
  explain(request: ExplainRequest): unknown;
}

/** Not ready: each reason is a sentence about what is missing. */
export type Readiness = { readonly ready: boolean; readonly reasons: readonly string[] };

/** `status` is the object's `.status` as its kind defines it. */
export type ShownStatus = ObjectKey & { readonly status: unknown };

export type ExplainRequest = {
  /** An HTTP token, `GET` when nothing was asked for. */
  readonly method: string;
  /** An absolute http or https URL. */
  readonly url: string;
  /** Name and value, in the order given. */
  readonly headers: readonly (readonly [string, string])[];
};

/** Why a request cannot be explained; the message is shown to who asked. */
export class ExplainError extends Error {}
