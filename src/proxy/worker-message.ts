import type { Delta } from '../ir/delta.ts';
import type { Collection } from '../ir/table.ts';
import type { MetricsReport } from '../observe/metrics.ts';
import type { ProxySettings } from './options.ts';
import type { FromLessee, ToLessee } from './policy/rate-limit/lease.ts';

/** Who lends permits of rate limits: for those of this pod alone, or for those that all proxies of the Gateway keep together. */
export type Desk = 'pod' | 'gateway';

/** Where a listener is served. */
export type Address = {
  readonly gateway: string;
  /** The port of the Gateway's listener. */
  readonly port: number;
  readonly address: string;
  readonly boundPort: number;
};

/** What the supervisor tells a worker. `id` is repeated in the answer. */
export type ToWorker =
  | {
      readonly kind: 'start';
      readonly settings: ProxySettings;
      readonly version: string;
      /** How many workers there are. */
      readonly workers: number;
      /** Whether there may be other proxies to count with. */
      readonly shares: boolean;
    }
  /** Some of the entries of a delta that follows. */
  | { readonly kind: 'part'; readonly id: number; readonly collection: Collection; readonly entries: Entries }
  /** The rest of the delta, which is applied now. */
  | { readonly kind: 'apply'; readonly id: number; readonly delta: Delta }
  | { readonly kind: 'remove'; readonly id: number; readonly gateway: string }
  | { readonly kind: 'metrics'; readonly id: number }
  | { readonly kind: 'lent'; readonly from: Desk; readonly message: ToLessee }
  /** A rotation has moved the access log's file. */
  | { readonly kind: 'reopen' }
  /** A region of the cache is emptied. */
  | { readonly kind: 'flush'; readonly region: string }
  | { readonly kind: 'drain' };

export type Entries = Readonly<Record<string, object>>;

/** What a worker tells the supervisor. */
export type FromWorker =
  | { readonly kind: 'started' }
  /** The worker finishes what it has and ends; another one should take its place now. */
  | { readonly kind: 'leaving' }
  /** A part has been read: the next one may come. */
  | { readonly kind: 'taken'; readonly id: number }
  | { readonly kind: 'done'; readonly id: number; readonly addresses: readonly Address[] }
  | { readonly kind: 'rejected'; readonly id: number; readonly reason: string }
  | { readonly kind: 'metrics'; readonly id: number; readonly metrics: MetricsReport }
  /** What it may let through under rate limits is asked for. */
  | { readonly kind: 'lend'; readonly to: Desk; readonly message: FromLessee }
  | { readonly kind: 'bug'; readonly error: string };
