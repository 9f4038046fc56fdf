/**
 * Which release of the Gateway API the cluster's CRDs are of. A CustomResourceDefinition says so in the annotation
 * `gateway.networking.k8s.io/bundle-version`; all that is ever asked for is its metadata.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type KubeClient, METADATA } from '../../kube/client.ts';
import { ApiError } from '../../kube/error.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const BUNDLE_VERSION = 'gateway.networking.k8s.io/bundle-version';
/** Milliseconds: CRDs are replaced by hand. */
const PACE = 60_000;

/** Bundle versions by the names of CRDs that are there; `''` for one that does not say. */
export type BundleVersions = ReadonlyMap<string, string>;

export type CrdVersionsOptions = {
  readonly client: KubeClient;
  /** Such as `gateways.gateway.networking.k8s.io`. */
  readonly names: readonly string[];
  /** Other versions than before were found. */
  readonly changed: () => void;
  readonly failed: (error: unknown) => void;
  /** Milliseconds between two looks. */
  readonly pace?: number;
};

export class CrdVersions {
  readonly #options: CrdVersionsOptions;
  readonly #first = Promise.withResolvers<void>();
  #found: BundleVersions | null = null;

  constructor(options: CrdVersionsOptions) {
    this.#options = options;
  }

  /** Resolves when they were asked for once, with success or without. */
  get asked(): Promise<void> {
    return this.#first.promise;
  }

  /** Null while nothing is known. */
  get found(): BundleVersions | null {
    return this.#found;
  }

  /** Looks again and again until `signal` aborts; never throws. What was found stays while nothing can be asked. */
  async run(signal: AbortSignal): Promise<void> {
    const { changed, failed, pace = PACE } = this.#options;
    let hasFailed = false;
    while (!signal.aborted) {
      try {
        const found = await this.#ask(signal);
        const isNew = this.#found === null || textOf(this.#found) !== textOf(found);
        this.#found = found;
        hasFailed = false;
        if (isNew) changed();
      } catch (error) {
        // Once, and not each minute.
        if (!hasFailed && !signal.aborted) failed(error);
        hasFailed = true;
      }
      this.#first.resolve();
      await sleep(pace, undefined, { signal, ref: false }).catch(() => {});
    }
    this.#first.resolve();
  }

  async #ask(signal: AbortSignal): Promise<BundleVersions> {
    const { client, names } = this.#options;
    const versions = await Promise.all(names.map((name) => versionOf(client, name, signal)));
    const found = new Map<string, string>();
    for (const [index, version] of versions.entries()) if (version !== null) found.set(names[index]!, version);
    return found;
  }
}

/** Null for a CRD that is not there. */
async function versionOf(client: KubeClient, name: string, signal: AbortSignal): Promise<string | null> {
  type Partial = { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } };
  try {
    const { metadata } = await client.request<Partial>('GET', `${DEFINITIONS}/${name}`, { accept: METADATA, signal });
    return metadata.annotations?.[BUNDLE_VERSION] ?? '';
  } catch (error) {
    if (error instanceof ApiError && error.notFound) return null;
    throw error;
  }
}

function textOf(versions: BundleVersions): string {
  return JSON.stringify([...versions]);
}
