/**
 * Leader election on a coordination.k8s.io/v1 Lease, by the rules that Kubernetes' own components follow: a holder is
 * trusted for `leaseDuration` after *we* saw its last renewal, never by comparing clocks of two machines; and a leader that
 * could not renew for `renewDeadline` steps down before anyone else may take over.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from './client.ts';
import { ApiError } from './error.ts';

/** Milliseconds. `retryPeriod` < `renewDeadline` < `leaseDuration`. */
export type LeaseTimes = {
  readonly leaseDuration: number;
  readonly renewDeadline: number;
  readonly retryPeriod: number;
};

const LEASE_TIMES: LeaseTimes = { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2_000 };

export type LeaseOptions = {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** Unique to this process, such as the pod's name and a random part. */
  readonly identity: string;
  /** Called with a signal that aborts when leadership is lost. */
  readonly lead: (signal: AbortSignal) => Promise<void> | void;
  readonly times?: LeaseTimes;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
};

type LeaseObject = {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion?: string };
  readonly spec: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
};

export class Lease {
  readonly #options: LeaseOptions;
  readonly #times: LeaseTimes;
  readonly #now: () => number;
  readonly #path: string;
  /** The record as last seen, and when that was on our clock. */
  #seen: { readonly record: string; readonly at: number } | null = null;
  #leading: AbortController | null = null;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#times = options.times ?? LEASE_TIMES;
    this.#now = options.now ?? (() => performance.now());
    this.#path = `/apis/coordination.k8s.io/v1/namespaces/${options.namespace}/leases`;
  }

  get leading(): boolean {
    return this.#leading !== null;
  }

  /** Tries to hold the lease until `signal` aborts, then gives it back so that another need not wait for its end. */
  async run(signal: AbortSignal): Promise<void> {
    let renewed = 0;
    while (!signal.aborted) {
      const attempt = this.#now();
      const held = await this.#hold().catch(() => null);
      if (held === true) {
        renewed = attempt;
        this.#begin();
      } else if (held === false || this.#now() - renewed >= this.#times.renewDeadline) {
        this.#end();
      }
      await sleep(this.#times.retryPeriod, undefined, { signal }).catch(() => {});
    }
    const release = this.leading;
    this.#end();
    if (release) await this.#release().catch(() => {});
  }

  #begin(): void {
    if (this.#leading !== null) return;
    this.#leading = new AbortController();
    void this.#options.lead(this.#leading.signal);
  }

  #end(): void {
    this.#leading?.abort();
    this.#leading = null;
  }

  /** True: held for another period. False: somebody else has it. Throws when the API server did not say. */
  async #hold(): Promise<boolean> {
    const { client, identity } = this.#options;
    const signal = AbortSignal.timeout(this.#times.retryPeriod * 2);
    const current = await client
      .request<LeaseObject>('GET', `${this.#path}/${this.#options.name}`, { signal })
      .catch((error: unknown) => {
        if (error instanceof ApiError && error.notFound) return null;
        throw error;
      });
    if (current === null) return this.#write('POST', this.#path, this.#record(null), signal);
    const holder = current.spec.holderIdentity ?? '';
    if (holder !== identity && holder !== '' && !this.#lapsed(current)) return false;
    return this.#write('PUT', `${this.#path}/${this.#options.name}`, this.#record(current), signal);
  }

  /** Whether the record has stood still for as long as its holder promised to renew it. */
  #lapsed(current: LeaseObject): boolean {
    const record = JSON.stringify([current.spec.holderIdentity, current.spec.renewTime]);
    if (this.#seen?.record !== record) this.#seen = { record, at: this.#now() };
    const duration = (current.spec.leaseDurationSeconds ?? this.#times.leaseDuration / 1000) * 1000;
    return this.#now() - this.#seen.at >= duration;
  }

  #record(current: LeaseObject | null): LeaseObject {
    const { namespace, name, identity } = this.#options;
    const renewTime = microTime();
    const ours = current?.spec.holderIdentity === identity;
    return {
      ...leaseHead(namespace, name, current),
      spec: {
        holderIdentity: identity,
        leaseDurationSeconds: Math.ceil(this.#times.leaseDuration / 1000),
        acquireTime: ours ? (current.spec.acquireTime ?? renewTime) : renewTime,
        renewTime,
        leaseTransitions: (current?.spec.leaseTransitions ?? 0) + (ours || current === null ? 0 : 1),
      },
    };
  }

  /** False when another was faster (409): the record has moved, so its holder is alive. */
  async #write(method: 'PUT' | 'POST', path: string, body: LeaseObject, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#options.client.tell(method, path, { body, signal });
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.conflict) return false;
      throw error;
    }
  }

  async #release(): Promise<void> {
    const { client, identity, namespace, name } = this.#options;
    const path = `${this.#path}/${name}`;
    const current = await client.request<LeaseObject>('GET', path);
    if (current.spec.holderIdentity !== identity) return;
    const body = { ...leaseHead(namespace, name, current), spec: { ...current.spec, holderIdentity: '' } };
    await client.tell('PUT', path, { body });
  }
}

function leaseHead(namespace: string, name: string, current: LeaseObject | null) {
  const resourceVersion = current?.metadata.resourceVersion;
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name, resourceVersion } };
}

/** metav1.MicroTime: six digits of a second. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
