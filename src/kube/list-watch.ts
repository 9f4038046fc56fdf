/**
 * Keeps a Store equal to what the API server has of one kind, for as long as the process lives.
 *
 * A streaming list (`sendInitialEvents`, KEP-3157) where the server has it, pages where not; then a watch with bookmarks.
 * Nothing stops it: a kind that is not installed counts as empty and is asked for again, an expired resourceVersion (an
 * HTTP 410, or an ERROR event inside a 200 answer) leads to a new list, everything else to a retry after a jittered pause.
 * Objects that vanished while nobody watched are deleted when the new list is complete, never before.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from './backoff.ts';
import type { KubeClient, Query } from './client.ts';
import { Deadline } from './deadline.ts';
import { ApiError } from './error.ts';
import { listPages } from './list.ts';
import type { KubeObject, Store } from './store.ts';

/** Milliseconds, all of them. */
export type WatchTimes = {
  /** The server is asked to end a watch after a time drawn from here, so that watches spread over API servers. */
  readonly serverTimeout: readonly [number, number];
  /** How much longer than that we wait for a server that forgot. */
  readonly grace: number;
  /** A watch without a byte for this long is dead; bookmarks come every minute. */
  readonly silence: number;
  /** How soon a kind that is not installed is asked for again. */
  readonly absent: number;
};

export const WATCH_TIMES: WatchTimes = {
  serverTimeout: [300_000, 600_000],
  grace: 15_000,
  silence: 150_000,
  absent: 5_000,
};

export type ListWatchEvent = 'list' | 'watch' | 'expired' | 'failure' | 'absent';

export type ListWatchOptions<T extends KubeObject> = {
  readonly client: KubeClient;
  /** Such as `/apis/gateway.networking.k8s.io/v1/httproutes`. */
  readonly path: string;
  /** Selectors. */
  readonly query?: Query;
  readonly store: Store<T>;
  /** Makes an object of what was received; null leaves it out of the store. Drop what is not needed here. */
  readonly decode: (raw: unknown) => T | null;
  /** For metrics and logs. */
  readonly observe?: (event: ListWatchEvent, error: ApiError | null) => void;
  readonly times?: WatchTimes;
  readonly random?: () => number;
};

type WatchLine = { readonly type?: string; readonly object?: RawObject };
type RawObject = {
  readonly metadata?: {
    readonly namespace?: string;
    readonly name?: string;
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
};

const INITIAL_END = 'k8s.io/initial-events-end';

export class ListWatch<T extends KubeObject> {
  readonly #options: ListWatchOptions<T>;
  readonly #times: WatchTimes;
  readonly #random: () => number;
  readonly #backoff: Backoff;
  #resourceVersion = '';
  #streaming = true;
  #progressed = false;
  #resolveSynced: () => void = () => {};
  /** Resolves when the store has been complete once: after the first list, or when the kind is not installed. */
  readonly synced: Promise<void>;

  constructor(options: ListWatchOptions<T>) {
    this.#options = options;
    this.#times = options.times ?? WATCH_TIMES;
    this.#random = options.random ?? Math.random;
    this.#backoff = new Backoff(this.#random);
    this.synced = new Promise((resolve) => {
      this.#resolveSynced = resolve;
    });
  }

  /** Runs until `signal` aborts; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#progressed = false;
      try {
        await this.#once(signal);
        // A server that ends watches at once is not a healthy one.
        if (this.#progressed) this.#backoff.reset();
        else await pause(this.#backoff.next(), signal);
      } catch (error) {
        if (signal.aborted) return;
        await pause(this.#recover(asApiError(error)), signal);
      }
    }
  }

  async #once(signal: AbortSignal): Promise<void> {
    if (this.#resourceVersion !== '') {
      await this.#watch(signal, {}, null);
    } else if (this.#streaming) {
      this.#options.observe?.('list', null);
      await this.#watch(signal, { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }, []);
    } else {
      this.#options.observe?.('list', null);
      const { client, path, query, decode } = this.#options;
      const listed = await listPages(client, path, query ?? {}, decode, signal);
      this.#complete(listed.objects, listed.resourceVersion);
    }
  }

  /** Decides what comes after a failure, and how many milliseconds before it. */
  #recover(error: ApiError): number {
    const { observe } = this.#options;
    if (error.expired) {
      observe?.('expired', error);
      this.#resourceVersion = '';
      // The first relist is immediate; a storm of them is not.
      return this.#progressed ? 0 : this.#backoff.next(error.retryAfter);
    }
    if (error.notFound) {
      observe?.('absent', error);
      this.#complete([], '');
      return this.#times.absent * (0.5 + this.#random() / 2);
    }
    if (this.#resourceVersion === '' && this.#streaming && (error.status === 400 || error.status === 422)) {
      this.#streaming = false;
      return 0;
    }
    observe?.('failure', error);
    if (this.#progressed) this.#backoff.reset();
    return this.#backoff.next(error.retryAfter);
  }

  /** One watch request. `initial` collects the objects of a streaming list until its end is marked; null: a plain watch. */
  async #watch(signal: AbortSignal, start: Query, initial: T[] | null): Promise<void> {
    const { client, path, query, observe } = this.#options;
    if (initial === null) observe?.('watch', null);
    const [shortest, longest] = this.#times.serverTimeout;
    const serverTimeout = shortest + this.#random() * (longest - shortest);
    let opened = 0;
    const late = new ApiError(0, '', 'the server did not end the watch in time');
    const deadline = new Deadline(serverTimeout + this.#times.grace, late, signal);
    const { silence } = this.#times;
    const silent = new ApiError(0, '', `nothing was heard for ${silence} ms`);
    const quiet = setTimeout(() => deadline.expire(silent), silence);
    try {
      const lines = client.lines(
        path,
        {
          ...query,
          ...start,
          watch: true,
          allowWatchBookmarks: true,
          timeoutSeconds: Math.ceil(serverTimeout / 1000),
          resourceVersion: this.#resourceVersion === '' ? undefined : this.#resourceVersion,
        },
        deadline.signal,
        () => {
          opened = performance.now();
        },
      );
      let collected = initial;
      for await (const line of lines) {
        quiet.refresh();
        collected = this.#event(parse(line), collected);
      }
    } finally {
      deadline.clear();
      clearTimeout(quiet);
      // Where nothing changes nothing is told either: a watch that was open for a while was a good one.
      if (opened !== 0) this.#backoff.lasted(performance.now() - opened);
    }
  }

  #event(event: WatchLine, collected: T[] | null): T[] | null {
    const raw = event.object;
    if (event.type === 'ERROR') throw new ApiError(raw?.code ?? 500, raw?.reason ?? '', raw?.message ?? 'watch error');
    const version = raw?.metadata?.resourceVersion;
    if (raw === undefined || version === undefined) throw malformed('an event without metadata.resourceVersion');
    this.#progressed = true;
    if (event.type === 'BOOKMARK') {
      if (collected !== null && raw.metadata?.annotations?.[INITIAL_END] === 'true') {
        this.#complete(collected, version);
        return null;
      }
    } else {
      this.#object(event.type, raw, collected);
    }
    // Until the list is complete there is nothing to go on from: a broken stream starts again.
    if (collected === null) this.#resourceVersion = version;
    return collected;
  }

  #object(type: string | undefined, raw: RawObject, collected: T[] | null): void {
    if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') throw malformed(`an event of type ${type}`);
    const object = this.#options.decode(raw);
    if (collected !== null) {
      if (object !== null) collected.push(object);
    } else if (object === null || type === 'DELETED') {
      // An object that decoding no longer wants has left the store's world just as a deleted one has.
      this.#options.store.delete(`${raw.metadata?.namespace ?? ''}/${raw.metadata?.name}`);
    } else this.#options.store.set(object);
  }

  #complete(objects: readonly T[], resourceVersion: string): void {
    this.#resourceVersion = resourceVersion;
    this.#progressed = true;
    this.#options.store.replace(objects);
    this.#resolveSynced();
  }
}

function parse(line: string): WatchLine {
  try {
    return JSON.parse(line) as WatchLine;
  } catch {
    throw malformed('a line that is not JSON');
  }
}

function malformed(what: string): ApiError {
  return new ApiError(0, '', `the watch sent ${what}`);
}

function asApiError(error: unknown): ApiError {
  return error instanceof ApiError
    ? error
    : new ApiError(0, '', error instanceof Error ? error.message : String(error));
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) await sleep(milliseconds, undefined, { signal }).catch(() => {});
}
