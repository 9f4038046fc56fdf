/**
 * Events about objects (events.k8s.io/v1), for whoever asks `kubectl describe` what there is to do. What was said lately is
 * not said again, and however much happens, no more is written than the bounds below allow.
 */
import { randomBytes } from 'node:crypto';
import type { KubeClient } from './client.ts';

export type ObjectReference = {
  readonly apiVersion: string;
  readonly kind: string;
  /** `''` for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
};

export type Happening = {
  readonly regarding: ObjectReference;
  readonly type: 'Normal' | 'Warning';
  /** A word for programs, such as a condition's reason. */
  readonly reason: string;
  /** What was being done, a word. */
  readonly action: string;
  /** A sentence for people. */
  readonly note: string;
};

export type EventRecorderOptions = {
  readonly client: Pick<KubeClient, 'tell'>;
  /** Such as `headgate.dev/gateway-controller`. */
  readonly reportingController: string;
  /** The pod. */
  readonly reportingInstance: string;
  readonly done?: (type: Happening['type'], result: 'written' | 'failed' | 'dropped', error: unknown) => void;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
};

/** Milliseconds until the same is said again. */
const AGAIN = 10 * 60_000;
/** Of each type: so many at once, and so many more a second. */
const BURST = 100;
const PER_SECOND = 2;
/** Of one object within AGAIN, whatever there is to say. */
const PER_OBJECT = 10;
/** The API server's bounds, in characters of which each takes at most four bytes. */
const MAX_NOTE = 250;
const MAX_WORD = 128;
const MAX_NAME = 200;

export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #now: () => number;
  readonly #buckets = { Normal: new Bucket(), Warning: new Bucket() };
  /** When each thing was said, oldest first. */
  readonly #said = new Map<string, number>();
  readonly #perObject = new Map<string, number>();

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Never throws: an event that cannot be written is counted, and lost. */
  record(happening: Happening): void {
    const { regarding, type, reason, note } = happening;
    const now = this.#now();
    this.#forget(now);
    const object = `${regarding.kind}/${regarding.namespace}/${regarding.name}/${regarding.uid}`;
    const id = `${object}\n${type} ${reason} ${note}`;
    if (this.#said.has(id)) return;
    const saidOfObject = this.#perObject.get(object) ?? 0;
    if (saidOfObject >= PER_OBJECT || !this.#buckets[type].take(now)) {
      this.#options.done?.(type, 'dropped', null);
      return;
    }
    this.#said.set(id, now);
    this.#perObject.set(object, saidOfObject + 1);
    void this.#write(happening);
  }

  async #write(happening: Happening): Promise<void> {
    const { client, done } = this.#options;
    // Where Kubernetes puts events about objects without a namespace.
    const namespace = happening.regarding.namespace === '' ? 'default' : happening.regarding.namespace;
    const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
    try {
      await client.tell('POST', path, { body: this.#event(happening, namespace) });
      done?.(happening.type, 'written', null);
    } catch (error) {
      done?.(happening.type, 'failed', error);
    }
  }

  #event({ regarding, type, reason, action, note }: Happening, namespace: string): object {
    const { reportingController, reportingInstance } = this.#options;
    const { apiVersion, kind, name, uid } = regarding;
    const ofNamespace = regarding.namespace === '' ? {} : { namespace: regarding.namespace };
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace, name: `${name.slice(0, MAX_NAME)}.${randomBytes(8).toString('hex')}` },
      eventTime: new Date().toISOString().replace('Z', '000Z'),
      reportingController: reportingController.slice(0, MAX_WORD),
      reportingInstance: reportingInstance.slice(0, MAX_WORD),
      regarding: { apiVersion, kind, ...ofNamespace, name, uid },
      type,
      reason: reason.slice(0, MAX_WORD),
      action: action.slice(0, MAX_WORD),
      note: note.length <= MAX_NOTE ? note : `${note.slice(0, MAX_NOTE - 1)}…`,
    };
  }

  #forget(now: number): void {
    for (const [id, at] of this.#said) {
      if (now - at < AGAIN) return;
      this.#said.delete(id);
      const object = id.slice(0, id.indexOf('\n'));
      const left = (this.#perObject.get(object) ?? 1) - 1;
      if (left === 0) this.#perObject.delete(object);
      else this.#perObject.set(object, left);
    }
  }
}

/** Allows BURST at once, and fills up again with time. */
class Bucket {
  #tokens = BURST;
  #at = 0;

  take(now: number): boolean {
    this.#tokens = Math.min(BURST, this.#tokens + ((now - this.#at) / 1000) * PER_SECOND);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
