/**
 * An API server that fails on command.
 *
 * It keeps objects and a history of events, lists in pages, streams lists, watches with bookmarks, and enforces
 * resourceVersions on writes, as the real one does; `faults` makes it misbehave in every way that a watch can fail.
 * What it does when healthy is held against a real API server by running the same tests against both.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type FakeObject = {
  metadata: { name: string; namespace?: string; resourceVersion?: string; [field: string]: unknown };
  [field: string]: unknown;
};

type Event = { version: number; type: 'ADDED' | 'MODIFIED' | 'DELETED'; path: string; object: FakeObject };

export type Faults = {
  /** Answers the next requests with these statuses instead, one each. */
  statuses: number[];
  /** Streaming lists are refused with 422, as by a server that does not know them. */
  noStreamingLists: boolean;
  /** The next watch gets an ERROR event of this code inside its 200 answer. */
  errorEvent: number;
  /** The next watch is cut without an end after this many bytes. */
  cutAfter: number;
  /** The next watch gets a line of garbage. */
  garbage: boolean;
  /** Watches stay open and say nothing, events included. */
  silent: boolean;
  /** Watch events are written one byte at a time. */
  byteByByte: boolean;
  /** `continue` tokens expire at once: the second page answers 410, this many times. */
  expiredPages: number;
  /** Watches end properly right after they started. */
  endAtOnce: boolean;
};

const HEALTHY: Faults = {
  statuses: [],
  noStreamingLists: false,
  errorEvent: 0,
  cutAfter: 0,
  garbage: false,
  silent: false,
  byteByByte: false,
  expiredPages: 0,
  endAtOnce: false,
};

export class FakeApiServer {
  readonly faults: Faults = { ...HEALTHY, statuses: [] };
  /** `METHOD path?query` of every request, in order. */
  readonly requests: string[] = [];
  readonly #collections = new Map<string, Map<string, FakeObject>>();
  readonly #events: Event[] = [];
  readonly #watches = new Set<Watch>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #version = 100;
  #compacted = 0;

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Makes a kind known; `path` is its collection over all namespaces. */
  install(path: string): void {
    this.#collections.set(path, new Map());
  }

  uninstall(path: string): void {
    this.#collections.delete(path);
    for (const watch of this.#watches) if (watch.path === path) watch.end();
  }

  put(path: string, namespace: string, name: string, content: Record<string, unknown> = {}): FakeObject {
    const collection = this.#collections.get(path)!;
    const key = `${namespace}/${name}`;
    const known = collection.has(key);
    this.#version += 1;
    const head = { apiVersion: 'example.dev/v1', kind: 'Thing' };
    const object: FakeObject = {
      ...head,
      ...content,
      metadata: { ...(content.metadata as object), name, namespace, resourceVersion: String(this.#version) },
    };
    collection.set(key, object);
    this.#publish({ version: this.#version, type: known ? 'MODIFIED' : 'ADDED', path, object });
    return object;
  }

  remove(path: string, namespace: string, name: string): void {
    const collection = this.#collections.get(path)!;
    const object = collection.get(`${namespace}/${name}`)!;
    collection.delete(`${namespace}/${name}`);
    this.#version += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.#version) };
    this.#publish({ version: this.#version, type: 'DELETED', path, object: { ...object, metadata } });
  }

  /** Forgets all events so far, as etcd's compaction does: older resourceVersions are expired. */
  compact(): void {
    this.#version += 1;
    this.#compacted = this.#version;
    this.#events.length = 0;
  }

  /** Breaks every open watch without an end. */
  cutWatches(): void {
    for (const watch of this.#watches) watch.cut();
  }

  get openWatches(): number {
    return this.#watches.size;
  }

  /** Sends a bookmark to every watch. */
  bookmark(): void {
    this.#version += 1;
    for (const watch of this.#watches) watch.send('BOOKMARK', bookmarkOf(this.#version));
  }

  #publish(event: Event): void {
    this.#events.push(event);
    for (const watch of this.#watches) if (watch.path === event.path) watch.send(event.type, event.object);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests.push(`${request.method} ${request.url}`);
    const url = new URL(request.url!, 'http://fake');
    const status = this.faults.statuses.shift();
    if (status !== undefined) {
      refuse(response, status, status === 410 ? 'Expired' : 'Injected');
      return;
    }
    if (request.method === 'PUT' || request.method === 'POST') {
      await this.#write(request, response, url.pathname);
      return;
    }
    const collection = this.#collections.get(url.pathname);
    if (collection === undefined) {
      this.#one(response, url.pathname);
      return;
    }
    if (url.searchParams.get('watch') === 'true') this.#watch(response, url, collection);
    else this.#list(response, url, collection);
  }

  #one(response: ServerResponse, path: string): void {
    const { collection, key } = this.#locate(path);
    const object = collection?.get(key);
    if (object === undefined) refuse(response, 404, 'NotFound');
    else answer(response, 200, object);
  }

  async #write(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    let text = '';
    for await (const chunk of request) text += chunk;
    const object = JSON.parse(text) as FakeObject;
    if (typeof object.apiVersion !== 'string' || typeof object.kind !== 'string') {
      refuse(response, 400, 'BadRequest');
      return;
    }
    const located = this.#locate(request.method === 'POST' ? `${path}/${object.metadata.name}` : path);
    const known = located.collection?.get(located.key);
    if (located.collection === undefined) {
      refuse(response, 404, 'NotFound');
      return;
    }
    if (request.method === 'POST' && known !== undefined) {
      refuse(response, 409, 'AlreadyExists');
      return;
    }
    if (request.method === 'PUT' && known === undefined) {
      refuse(response, 404, 'NotFound');
      return;
    }
    const expected = object.metadata.resourceVersion;
    if (known !== undefined && expected !== undefined && expected !== known.metadata.resourceVersion) {
      refuse(response, 409, 'Conflict');
      return;
    }
    const [namespace, name] = located.key.split('/') as [string, string];
    answer(response, 200, this.put(located.path, namespace, name, object));
  }

  /** `<group>[/namespaces/<namespace>]/<plural>/<name>[/status]` to its collection and key. */
  #locate(path: string): { collection: Map<string, FakeObject> | undefined; path: string; key: string } {
    const match = /^(.*?)(?:\/namespaces\/([^/]+))?\/([^/]+)\/([^/]+?)(?:\/status)?$/.exec(path);
    if (match === null) return { collection: undefined, path, key: '' };
    const [, group, namespace = '', plural, name] = match;
    const all = `${group}/${plural}`;
    return { collection: this.#collections.get(all), path: all, key: `${namespace}/${name}` };
  }

  #list(response: ServerResponse, url: URL, collection: Map<string, FakeObject>): void {
    const limit = Number(url.searchParams.get('limit') ?? 0) || collection.size;
    const offset = Number(url.searchParams.get('continue') ?? 0);
    if (offset > 0 && this.faults.expiredPages > 0) {
      this.faults.expiredPages -= 1;
      refuse(response, 410, 'Expired');
      return;
    }
    const all = [...collection.values()];
    const more = offset + limit < all.length;
    const metadata = { resourceVersion: String(this.#version), continue: more ? String(offset + limit) : '' };
    answer(response, 200, { kind: 'List', metadata, items: all.slice(offset, offset + limit) });
  }

  #watch(response: ServerResponse, url: URL, collection: Map<string, FakeObject>): void {
    const initial = url.searchParams.get('sendInitialEvents') === 'true';
    const from = Number(url.searchParams.get('resourceVersion') ?? 0);
    if (initial && this.faults.noStreamingLists) {
      refuse(response, 422, 'Invalid');
      return;
    }
    if (!initial && from < this.#compacted) {
      refuse(response, 410, 'Expired');
      return;
    }
    const watch = new Watch(url.pathname, response, this.faults, () => this.#watches.delete(watch));
    this.#watches.add(watch);
    watch.start();
    if (initial) {
      for (const object of collection.values()) watch.send('ADDED', object);
      watch.send('BOOKMARK', bookmarkOf(this.#version, { 'k8s.io/initial-events-end': 'true' }));
    } else {
      for (const event of this.#events) {
        if (event.path === url.pathname && event.version > from) watch.send(event.type, event.object);
      }
    }
    watch.misbehave();
  }
}

class Watch {
  readonly path: string;
  readonly #response: ServerResponse;
  readonly #faults: Faults;
  #cutAfter = 0;

  constructor(path: string, response: ServerResponse, faults: Faults, closed: () => void) {
    this.path = path;
    this.#response = response;
    this.#faults = faults;
    response.on('close', closed);
  }

  start(): void {
    this.#response.writeHead(200, { 'content-type': 'application/json' });
    this.#response.flushHeaders();
    this.#cutAfter = this.#faults.cutAfter;
    this.#faults.cutAfter = 0;
  }

  /** What the faults say of this watch, after its beginning. */
  misbehave(): void {
    if (this.#faults.errorEvent !== 0) {
      const code = this.#faults.errorEvent;
      this.#faults.errorEvent = 0;
      this.send('ERROR', {
        kind: 'Status',
        code,
        reason: code === 410 ? 'Expired' : 'InternalError',
        message: 'injected',
      });
      this.end();
    }
    if (this.#faults.garbage) {
      this.#faults.garbage = false;
      this.#response.write('{"type":"ADDED","object":\n');
    }
    if (this.#faults.endAtOnce) this.end();
  }

  send(type: string, object: unknown): void {
    if (this.#faults.silent) return;
    const line = Buffer.from(`${JSON.stringify({ type, object })}\n`);
    if (this.#cutAfter > 0) {
      this.#response.write(line.subarray(0, this.#cutAfter), () => this.cut());
    } else if (this.#faults.byteByByte) {
      for (let i = 0; i < line.length; i++) this.#response.write(line.subarray(i, i + 1));
    } else {
      this.#response.write(line);
    }
  }

  end(): void {
    this.#response.end();
  }

  cut(): void {
    this.#response.destroy();
  }
}

function bookmarkOf(version: number, annotations: Record<string, string> = {}): unknown {
  return { kind: 'Bookmark', metadata: { resourceVersion: String(version), annotations } };
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function refuse(response: ServerResponse, code: number, reason: string): void {
  answer(response, code, { kind: 'Status', status: 'Failure', code, reason, message: `fake: ${reason}` });
}
