/**
 * Gives every proxy its own Gateway's table: one HTTP/2 stream a proxy, over TLS.
 *
 * A proxy shows a token; whoever cannot be identified gets 401 and nothing else, and what a proxy gets is decided by its
 * identity alone. It names the revision it holds, and gets the way from there to the newest, or the full table when that
 * revision is not remembered. Newest means the newest: see Session.
 */
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Writable } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';
import { createGzip, createZstdCompress, constants as zlib } from 'node:zlib';
import type { Snapshot } from '../ir/delta.ts';
import { CountServer, INSTANCE_HEADER } from './count/server.ts';
import { History, type HistoryLimits } from './history.ts';
import { Lag } from './lag.ts';
import { decodeAcknowledgement } from './message.ts';
import { type Identity, Report } from './report.ts';

import { type ProxyState, Session } from './session.ts';
import { linesOf } from './stream-lines.ts';

/** The request of a proxy: `POST` with acknowledgements as its body. */
export const SNAPSHOT_PATH = '/v1/snapshots';
/**
 * The request of a proxy to every replica: `POST` with an acknowledgement for each table that it took or refused, wherever
 * that table came from. Any replica may become the one that writes statuses, so each knows what every proxy serves.
 */
export const REPORT_PATH = '/v1/reports';
/** The request of a proxy to every replica while it has limits that proxies keep together; see count/message.ts. */
export const COUNT_PATH = '/v1/counts';
/** Names the revision that the proxy holds. */
export const REVISION_HEADER = 'headgate-revision';

export type { Identity } from './report.ts';

export type SnapshotServerOptions = {
  readonly tls: Pick<SecureContextOptions, 'key' | 'cert'>;
  /** Who shows this token; null when nobody that we serve. */
  readonly authenticate: (token: string) => Promise<Identity | null>;
  /** Called when a proxy came, went, or answered. */
  readonly changed?: (state: ProxyState) => void;
  /** Called when a proxy serves the newest table again, with the milliseconds that it did not. */
  readonly caughtUp?: (milliseconds: number) => void;
  /** Called when a proxy refused a table. */
  readonly refused?: () => void;
  /** What is remembered of each Gateway. */
  readonly history?: HistoryLimits;
  /** Clients of all Gateways of whom is remembered what their proxies count together. */
  readonly countedClients?: number | undefined;
};

/** A token is a JWT of a few kilobytes; nothing else in a proxy's request is long. */
const MAX_HEADERS = 32 << 10;
/** Milliseconds that a refused proxy may keep its request open. */
const REFUSED_STREAM = 5_000;

export class SnapshotServer {
  readonly #options: SnapshotServerOptions;
  readonly #server: Http2SecureServer;
  readonly #connections = new Set<ServerHttp2Session>();
  readonly #sessions = new Set<Session>();
  readonly #reports = new Set<Report>();
  readonly #histories = new Map<string, History>();
  readonly #newest = new Map<string, Snapshot>();
  readonly #lag = new Lag();
  readonly #counts: CountServer;

  constructor(options: SnapshotServerOptions) {
    this.#options = options;
    this.#counts = new CountServer(options.countedClients);
    this.#server = createSecureServer({
      ...options.tls,
      minVersion: 'TLSv1.3',
      maxHeaderListPairs: 64,
      maxSendHeaderBlockLength: MAX_HEADERS,
      settings: { maxHeaderListSize: MAX_HEADERS, maxConcurrentStreams: 4 },
    });
    this.#server.on('session', (connection) => {
      this.#connections.add(connection);
      connection.on('close', () => this.#connections.delete(connection));
      connection.on('error', () => {});
    });
    this.#server.on('sessionError', () => {});
    this.#server.on('stream', (stream: ServerHttp2Stream, headers) => {
      stream.on('error', () => {});
      this.#open(stream, headers).catch(() => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
    });
  }

  /** Port 0 takes a free one; resolves to the port that it is. */
  async listen(port: number, address: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, address, () => resolve());
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on the newest table of its Gateway. */
  publish(snapshot: Snapshot): void {
    const { gateway } = snapshot.table;
    this.#newest.set(gateway, snapshot);
    this.history(gateway).add(snapshot);
    for (const session of this.#sessions) if (session.gateway === gateway) session.want(snapshot);
    for (const state of this.proxiesOf(gateway)) this.#note(state);
  }

  /** What was published last for a Gateway. */
  newest(gateway: string): Snapshot | null {
    return this.#newest.get(gateway) ?? null;
  }

  /** A Gateway that is gone: its proxies keep what they have until they are gone too. */
  forget(gateway: string): void {
    this.#newest.delete(gateway);
    this.#histories.delete(gateway);
    this.#counts.forget(gateway);
  }

  /** Clients of all Gateways whose requests are counted by their proxies together. */
  get countedClients(): number {
    return this.#counts.size;
  }

  history(gateway: string): History {
    let history = this.#histories.get(gateway);
    if (history === undefined) {
      history = new History(this.#options.history);
      this.#histories.set(gateway, history);
    }
    return history;
  }

  /** Each proxy once: what it told here itself counts more than what it reported of its talk with another replica. */
  proxies(): ProxyState[] {
    return this.#states(null);
  }

  /** Those of one Gateway. */
  proxiesOf(gateway: string): ProxyState[] {
    return this.#states(gateway);
  }

  #states(gateway: string | null): ProxyState[] {
    const states = new Map<string, ProxyState>();
    for (const report of this.#reports) {
      if (gateway !== null && report.gateway !== gateway) continue;
      states.set(report.proxy, this.#stateOf(report));
    }
    for (const session of this.#sessions) {
      if (gateway === null || session.gateway === gateway) states.set(session.proxy, session.state);
    }
    return [...states.values()];
  }

  #stateOf(report: Report): ProxyState {
    const history = this.history(report.gateway);
    return report.state((revision) => history.get(revision));
  }

  /** Since when a proxy has not served the newest table, in milliseconds since the epoch; null when it does. */
  behindSince(proxy: string): number | null {
    return this.#lag.since(proxy);
  }

  /** For new connections; streams that are open stay. */
  renewCertificate(tls: Pick<SecureContextOptions, 'key' | 'cert'>): void {
    this.#server.setSecureContext(tls);
  }

  async close(): Promise<void> {
    this.#counts.close();
    for (const connection of this.#connections) connection.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #open(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    const path = headers[':path'];
    if (path !== SNAPSHOT_PATH && path !== REPORT_PATH && path !== COUNT_PATH) return refuse(stream, 404);
    if (headers[':method'] !== 'POST') return refuse(stream, 405);
    const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
    const identity = token === undefined ? null : await this.#options.authenticate(token);
    if (identity === null) return refuse(stream, 401);
    if (stream.destroyed) return;
    if (path === SNAPSHOT_PATH) await this.#serve(stream, headers, identity);
    else if (path === REPORT_PATH) await this.#hear(stream, headers, identity);
    else await this.#count(stream, headers, identity);
  }

  async #hear(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, identity: Identity): Promise<void> {
    stream.respond({ ':status': 200 });
    const report = new Report(identity, String(headers[REVISION_HEADER] ?? ''));
    this.#reports.add(report);
    this.#tell(this.#stateOf(report));
    try {
      for await (const line of linesOf(stream)) {
        report.take(decodeAcknowledgement(line));
        this.#tell(this.#stateOf(report));
      }
    } catch {
      // As below.
    } finally {
      this.#reports.delete(report);
      this.#tell(this.#stateOf(report));
      stream.close();
    }
  }

  async #count(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, identity: Identity): Promise<void> {
    const instance = String(headers[INSTANCE_HEADER] ?? '');
    if (!/^[\w-]{1,32}$/.test(instance)) return refuse(stream, 400);
    await this.#counts.serve(stream, identity, instance);
  }

  async #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, identity: Identity): Promise<void> {
    const revision = String(headers[REVISION_HEADER] ?? '');
    const held = this.history(identity.gateway).get(revision);
    const [out, flush, encoding] = compressed(stream, String(headers['accept-encoding'] ?? ''));
    stream.respond({ ':status': 200, 'content-type': 'application/x-ndjson', 'content-encoding': encoding });
    const session = new Session(identity.proxy, identity.gateway, held, out, flush);
    this.#sessions.add(session);
    this.#tell(session.state);
    const newest = this.#newest.get(identity.gateway);
    if (newest !== undefined) session.want(newest);
    try {
      for await (const line of linesOf(stream)) {
        const answer = decodeAcknowledgement(line);
        if (!session.acknowledge(answer)) continue;
        if (answer.rejected !== null) this.#options.refused?.();
        this.#tell(session.state);
      }
    } catch {
      // A broken or senseless conversation ends; the proxy comes back with a new one.
    } finally {
      this.#sessions.delete(session);
      this.#tell({ ...session.state, revision: '', held: null });
      out.destroy();
      stream.close();
    }
  }

  #tell(state: ProxyState): void {
    const known = this.proxiesOf(state.gateway).find(({ proxy }) => proxy === state.proxy);
    if (known === undefined) this.#lag.forget(state.proxy);
    else this.#note(known);
    this.#options.changed?.(state);
  }

  #note({ proxy, gateway, revision }: ProxyState): void {
    const newest = this.#newest.get(gateway);
    const behind = newest !== undefined && newest.revision !== revision;
    const since = this.#lag.since(proxy);
    if (since !== null && !behind) this.#options.caughtUp?.(Date.now() - since);
    this.#lag.note(proxy, behind);
  }
}

function refuse(stream: ServerHttp2Stream, status: number): void {
  stream.respond({ ':status': status }, { endStream: true });
  // Resetting the stream at once would overtake the answer; one that is kept open for nothing is reset later.
  stream.resume();
  stream.setTimeout(REFUSED_STREAM, () => stream.close());
}

/** Where to write, how to flush, and what the encoding is called. */
function compressed(stream: ServerHttp2Stream, accepted: string): [Writable, () => void, string] {
  const encoding = accepted.includes('zstd') ? 'zstd' : accepted.includes('gzip') ? 'gzip' : 'identity';
  if (encoding === 'identity') return [stream, () => {}, encoding];
  const compressor = encoding === 'zstd' ? createZstdCompress() : createGzip();
  const flag = encoding === 'zstd' ? zlib.ZSTD_e_flush : zlib.Z_SYNC_FLUSH;
  compressor.on('error', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
  compressor.pipe(stream);
  return [compressor, () => compressor.flush(flag), encoding];
}
