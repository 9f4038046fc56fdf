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
  /**
   * Empties a region of the cache, `namespace/name`, in every proxy that this program answers for; resolves to the policies
   * (`namespace/name`) that keep something there. Throws a `SourceError` when there are none.
   */
  flush(region: string): Promise<readonly string[]>;
}

/** What only the controller can answer. Gateways are named `namespace/name`, revisions by their beginning. */
export interface ControllerSource extends AdminSource {
  /** What GatewayClasses that are served name. */
  readonly controllerName: string;
  /** Each proxy that is connected to any replica, or takes traffic. */
  proxies(): readonly ShownProxy[];
  /** Throws a `SourceError` for a Gateway that is not known; so do the others. */
  history(gateway: string): unknown;
  /** `to` null: what the cluster's objects say now. */
  diff(gateway: string, from: string, to: string | null): unknown;
  /** The table of one revision. */
  revision(gateway: string, revision: string): Snapshot;
  /** Resolves when the pin is stored. */
  rollback(gateway: string, revision: string): Promise<unknown>;
  resume(gateway: string): Promise<unknown>;
}

export type ShownProxy = {
  readonly gateway: string;
  /** Name of its pod. */
  readonly proxy: string;
  /** Whether clients can reach it. */
  readonly ready: boolean;
  /** The revision it serves; `''`: none, or unknown here. */
  readonly revision: string;
  /** The revision it should serve. */
  readonly wanted: string;
  /** RFC 3339; null when it serves what it should. */
  readonly behindSince: string | null;
  /** The last table that it refused, and why. */
  readonly rejected: { readonly revision: string; readonly reason: string } | null;
};

/** Why a question has no answer; the message is shown to who asked. */
export class SourceError extends Error {}

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
  /** Its client's IP address, for rules that ask for it; missing: no known one. */
  readonly client?: string;
  /** Missing: every Gateway that listens on the port. */
  readonly gateway?: string;
  /** Missing: what is served now. */
  readonly revision?: string;
};

/** Why a request cannot be explained; the message is shown to who asked. */
export class ExplainError extends SourceError {}
