/**
 * The API server over undici: requests, and streams of newline-delimited JSON for watches.
 *
 * `KubeConfig` of @kubernetes/client-node finds the cluster and refreshes credentials (token files, exec plugins); nothing
 * else of that package is used, because its generated classes and its informer cost more than they do for us
 * (docs/decisions).
 */
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher } from 'undici';
import { Deadline } from './deadline.ts';
import { ApiError, apiError } from './error.ts';
import { Lines } from './lines.ts';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export type RequestOptions = {
  readonly query?: Query;
  /** Sent as JSON, unless it is a string. */
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
  /** The form of the answer. Default `application/json`. */
  readonly accept?: string;
  readonly signal?: AbortSignal;
  /** Milliseconds until the whole answer must be there. Default 30,000. */
  readonly timeout?: number;
};

/** Where the API server is and who we are; a plain form of it is enough for tests. */
export type Cluster = {
  readonly server: string;
  readonly tls: {
    readonly ca?: string | Buffer;
    readonly cert?: string | Buffer;
    readonly key?: string | Buffer;
    readonly rejectUnauthorized?: boolean;
    readonly servername?: string;
  };
  /** Called for every request: credentials may have been renewed. */
  authorization(): Promise<string | undefined>;
};

const DEFAULT_TIMEOUT = 30_000;
/** The form of an answer that has nothing of an object but its metadata. */
export const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
/** An object is bounded by etcd's 1.5 MiB; a list page of 500 of them stays below this. */
const MAX_ANSWER = 1 << 30;

export class KubeClient {
  readonly #cluster: Cluster;
  readonly #agent: Agent;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#agent = new Agent({
      connect: { ...cluster.tls, keepAlive: true, keepAliveInitialDelay: 15_000, timeout: 10_000 },
      // Every watch occupies a connection for minutes: they must not queue behind one another.
      connections: null,
      allowH2: false,
      bodyTimeout: 0,
      headersTimeout: 60_000,
      maxResponseSize: MAX_ANSWER,
    });
  }

  /**
   * One request, one JSON answer.
   * @throws {ApiError} for every answer that is not 2xx, and with status 0 when there was none.
   */
  async request<T>(method: Dispatcher.HttpMethod, path: string, options: RequestOptions = {}): Promise<T> {
    return JSON.parse(await this.#answer(method, path, options)) as T;
  }

  /**
   * One request whose answer is not read, if it is a good one.
   * @throws {ApiError} as `request`.
   */
  async tell(method: Dispatcher.HttpMethod, path: string, options: RequestOptions = {}): Promise<void> {
    await this.#answer(method, path, { accept: `${METADATA},application/json`, ...options });
  }

  async #answer(method: Dispatcher.HttpMethod, path: string, options: RequestOptions): Promise<string> {
    const { signal = null, timeout = DEFAULT_TIMEOUT } = options;
    const deadline = new Deadline(timeout, new Error(`there was none within ${timeout} ms`), signal);
    try {
      const response = await this.#send(method, path, options, deadline.signal);
      const text = await response.body.text().catch((cause) => {
        throw unreachable(method, path, cause);
      });
      if (response.statusCode >= 300) throw failed(response, method, path, text);
      return text;
    } finally {
      deadline.clear();
    }
  }

  /**
   * A watch: the answer's lines as they come, until the server ends it. `opened` is called when it has said that it will.
   * @throws {ApiError} before the first line when the answer is not 2xx; with status 0 when the connection breaks.
   */
  async *lines(path: string, query: Query, signal: AbortSignal, opened = () => {}): AsyncGenerator<string> {
    const response = await this.#send('GET', path, { query }, signal);
    if (response.statusCode >= 300) {
      const text = await response.body.text().catch(() => '');
      throw failed(response, 'GET', path, text);
    }
    opened();
    const lines = new Lines();
    try {
      for await (const chunk of response.body) yield* lines.push(chunk as Buffer);
    } catch (cause) {
      throw unreachable('GET', path, cause);
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #send(method: Dispatcher.HttpMethod, path: string, options: RequestOptions, signal: AbortSignal) {
    const authorization = await this.#cluster.authorization();
    const headers: Record<string, string> = { accept: options.accept ?? 'application/json' };
    if (authorization !== undefined) headers.authorization = authorization;
    let body: string | null = null;
    if (options.body !== undefined) {
      headers['content-type'] = options.contentType ?? 'application/json';
      body = typeof options.body === 'string' ? options.body : JSON.stringify(options.body);
    }
    const origin = this.#cluster.server;
    try {
      return await this.#agent.request({ origin, path: withQuery(path, options.query), method, headers, body, signal });
    } catch (cause) {
      throw unreachable(method, path, cause);
    }
  }
}

/** The cluster that a loaded KubeConfig points to. */
export async function clusterOf(config: KubeConfig): Promise<Cluster> {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error('the kubeconfig has no current cluster: set current-context, or run in a pod');
  const options: TlsOptions = {};
  await config.applyToHTTPSOptions(options as never);
  return {
    server: cluster.server.replace(/\/$/, ''),
    tls: {
      ca: options.ca,
      cert: options.cert,
      key: options.key,
      rejectUnauthorized: cluster.skipTLSVerify !== true,
      servername: options.servername,
    },
    authorization: remembered(async () => {
      const fresh: TlsOptions = {};
      await config.applyToHTTPSOptions(fresh as never);
      return fresh.headers?.Authorization ?? (fresh.auth === undefined ? undefined : basic(fresh.auth));
    }),
  };
}

/** Milliseconds. Tokens are renewed minutes before they expire. */
const CREDENTIALS = 5_000;

/**
 * Asks again only after a while: finding credentials reads files, and a write of a status should cost little more than what
 * it writes. What fails is not remembered.
 */
export function remembered<T>(
  ask: () => Promise<T>,
  milliseconds = CREDENTIALS,
  now: () => number = () => performance.now(),
): () => Promise<T> {
  let answer: Promise<T> | null = null;
  let until = 0;
  return () => {
    if (answer !== null && now() < until) return answer;
    until = now() + milliseconds;
    const asked = ask();
    answer = asked;
    asked.catch(() => {
      if (answer === asked) answer = null;
    });
    return asked;
  };
}

type TlsOptions = {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
  servername?: string;
  auth?: string;
  headers?: Record<string, string>;
};

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

function withQuery(path: string, query: Query | undefined): string {
  if (query === undefined) return path;
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}

function failed(response: Dispatcher.ResponseData, method: string, path: string, text: string): ApiError {
  const header = response.headers['retry-after'];
  return apiError(response.statusCode, text, `${method} ${path}`, Array.isArray(header) ? header[0] : header);
}

function unreachable(method: string, path: string, cause: unknown): ApiError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new ApiError(0, '', `${method} ${path}: no answer from the API server: ${message}`);
}
