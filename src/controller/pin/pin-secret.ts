/**
 * Where pins live: one Secret in the controller's own namespace, an entry for each pinned Gateway. It is a Secret because the
 * tables hold private keys. Every replica watches it, so all of them serve the same.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../../kube/client.ts';
import { ApiError } from '../../kube/error.ts';
import { ListWatch } from '../../kube/list-watch.ts';
import { Store } from '../../kube/store.ts';
import { decodePin, encodePin, type Pin } from './pin.ts';

type Data = Readonly<Record<string, string>>;
type Stored = {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly resourceVersion?: string };
  readonly data?: Data;
};

/** What cannot be done as it was asked for; the message says why. */
export class PinError extends Error {}

export type PinSecretOptions = {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** Must only schedule work. */
  readonly changed: () => void;
  /** An entry that cannot be read, or not be removed. */
  readonly failed: (uid: string, error: unknown) => void;
};

/** The API server takes a Secret of 1 MiB of data. */
const MAX_BYTES = 1_000_000;
const CONFLICTS = 10;
/** Milliseconds until our own write must have come back by the watch. */
const SEEN = 10_000;

export class PinSecret {
  readonly #options: PinSecretOptions;
  readonly #collection: string;
  readonly #store: Store<Stored>;
  readonly #listWatch: ListWatch<Stored>;
  /** By the Gateway's uid, with what it was decoded from; a pin of null cannot be read. */
  #decoded = new Map<string, { readonly text: string; readonly pin: Pin | null }>();
  #source: Stored | undefined;
  #dropping = false;

  constructor(options: PinSecretOptions) {
    const { client, namespace, name, changed } = options;
    this.#options = options;
    this.#collection = `/api/v1/namespaces/${namespace}/secrets`;
    this.#store = new Store(changed);
    this.#listWatch = new ListWatch({
      client,
      path: '/api/v1/secrets',
      query: { fieldSelector: `metadata.namespace=${namespace},metadata.name=${name}` },
      store: this.#store,
      decode: (raw) => {
        const { metadata, data = {} } = raw as Stored;
        return { metadata, data };
      },
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    await this.#listWatch.run(signal);
  }

  /** Before this a Gateway may be pinned without our knowing. */
  get synced(): Promise<void> {
    return this.#listWatch.synced;
  }

  /** The pin of the Gateway with this uid; null: none. `'unreadable'`: there is one, and nobody can read it. */
  get(uid: string): Pin | 'unreadable' | null {
    this.#refresh();
    const found = this.#decoded.get(uid);
    return found === undefined ? null : (found.pin ?? 'unreadable');
  }

  /** Resolves when the pin is stored and known here. @throws {PinError} @throws {ApiError} */
  async pin(pin: Pin): Promise<void> {
    const text = encodePin(pin).toString('base64');
    await this.#change((data) => ({ ...data, [pin.uid]: text }));
    await this.#seen(() => this.#data()[pin.uid] === text);
  }

  /** Resolves when the pins of these Gateways are gone, here as well; without a write when there are none. */
  async remove(uids: readonly string[]): Promise<void> {
    const without = (data: Data) => Object.fromEntries(Object.entries(data).filter(([uid]) => !uids.includes(uid)));
    await this.#change((data) => (uids.some((uid) => Object.hasOwn(data, uid)) ? without(data) : null));
    await this.#seen(() => !uids.some((uid) => Object.hasOwn(this.#data(), uid)));
  }

  /** All that can be read. */
  all(): Pin[] {
    this.#refresh();
    return [...this.#decoded.values()].flatMap(({ pin }) => pin ?? []);
  }

  /** Removes pins that are for nothing: they hold private keys. Returns at once; what fails is tried at the next call. */
  dropUnless(wanted: (pin: Pin) => boolean): void {
    const uids = this.all().flatMap((pin) => (wanted(pin) ? [] : pin.uid));
    if (uids.length === 0 || this.#dropping) return;
    this.#dropping = true;
    void this.remove(uids)
      .catch((error: unknown) => this.#options.failed(uids.join(', '), error))
      .finally(() => {
        this.#dropping = false;
      });
  }

  #data(): Data {
    return this.#secret()?.data ?? {};
  }

  #secret(): Stored | undefined {
    return this.#store.get(`${this.#options.namespace}/${this.#options.name}`);
  }

  #refresh(): void {
    const secret = this.#secret();
    if (secret === this.#source) return;
    this.#source = secret;
    const decoded = new Map<string, { readonly text: string; readonly pin: Pin | null }>();
    for (const [uid, text] of Object.entries(secret?.data ?? {})) {
      const known = this.#decoded.get(uid);
      decoded.set(uid, known?.text === text ? known : { text, pin: this.#read(uid, text) });
    }
    this.#decoded = decoded;
  }

  #read(uid: string, text: string): Pin | null {
    try {
      const pin = decodePin(Buffer.from(text, 'base64'));
      if (pin.uid !== uid) throw new Error(`it is the pin of the Gateway with uid ${pin.uid}`);
      return pin;
    } catch (error) {
      this.#options.failed(uid, error);
      return null;
    }
  }

  /** `change` gets the newest data, and returns what it should be, or null for no change. */
  async #change(change: (data: Data) => Data | null): Promise<void> {
    const { client, name, namespace } = this.#options;
    const path = `${this.#collection}/${name}`;
    for (let conflicts = 0; ; conflicts++) {
      const stored = await client.request<Stored>('GET', path).catch((error: unknown) => {
        if (error instanceof ApiError && error.notFound) return null;
        throw error;
      });
      const data = change(stored?.data ?? {});
      if (data === null) return;
      checkSize(data);
      const metadata = { name, namespace, resourceVersion: stored?.metadata.resourceVersion };
      const body = { apiVersion: 'v1', kind: 'Secret', type: 'headgate.dev/pins', metadata, data };
      try {
        if (stored === null) await client.tell('POST', this.#collection, { body });
        else await client.tell('PUT', path, { body });
        return;
      } catch (error) {
        if (!(error instanceof ApiError && error.conflict) || conflicts === CONFLICTS) throw error;
      }
    }
  }

  async #seen(done: () => boolean): Promise<void> {
    const end = performance.now() + SEEN;
    while (!done()) {
      if (performance.now() > end) throw new PinError('it is stored, but the API server has not told us so yet');
      await sleep(10);
    }
  }
}

function checkSize(data: Data): void {
  const bytes = Object.values(data).reduce((sum, text) => sum + (text.length * 3) / 4, 0);
  if (bytes <= MAX_BYTES) return;
  const size = Math.ceil(bytes / 1_000);
  throw new PinError(
    `all pinned tables together would be ${size} kB compressed, and a Secret holds ${MAX_BYTES / 1_000} kB; resume another Gateway first`,
  );
}
