/** The requests that the demo suggests, what each must bring, and a client that sends them. */
import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export type Ports = { readonly http: number; readonly https: number };

export type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string };

export type Visit = {
  readonly title: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** How often it is sent. */
  readonly times: number;
  /** What came back, in a few words. */
  readonly tell: (answers: readonly Answer[]) => string;
  /** What should have come back instead, or `''` when all is right. */
  readonly fault: (answers: readonly Answer[]) => string;
};

const version = ({ headers }: Answer): string => String(headers['x-shop-version'] ?? 'none');
/** The status and the body's first line, which the proxy's own answers begin with the status already. */
const line = ({ status, body }: Answer): string => {
  const first = body.split('\n')[0]!;
  return first.startsWith(String(status)) ? first : `${status} ${first}`;
};

/** One request whose answer must have this status, and this text in its first line. */
function once(title: string, url: string, headers: Visit['headers'], status: number, text: string): Visit {
  return {
    title,
    url,
    headers,
    times: 1,
    tell: ([answer]) => line(answer!),
    fault: ([answer]) =>
      answer!.status === status && line(answer!).includes(text) ? '' : `${status} with ${JSON.stringify(text)}`,
  };
}

const CANARY_REQUESTS = 2_000;
const CANARY_SHARE = 0.05;

export function visits({ http, https }: Ports): Visit[] {
  const plain = `http://shop.example:${http}`;
  const secure = `https://shop.example:${https}`;
  const account = `${secure}/account`;
  const wanted = CANARY_REQUESTS * CANARY_SHARE;
  return [
    once('path rule', `${plain}/shoes`, {}, 200, 'shop v1 received GET /shoes'),
    once('header rule', `${plain}/shoes`, { 'x-shop-version': 'v2' }, 200, 'shop v2 received GET /shoes'),
    {
      title: 'canary, 95 to 5',
      url: `${plain}/cart`,
      headers: {},
      times: CANARY_REQUESTS,
      tell: (answers) => {
        const of = (wantedVersion: string): number =>
          answers.filter((answer) => version(answer) === wantedVersion).length;
        return `${answers.length} requests: ${of('v1')} by v1, ${of('v2')} by v2`;
      },
      fault: (answers) => {
        const right = answers.every(({ status }) => status === 200);
        const canaries = answers.filter((answer) => version(answer) === 'v2').length;
        return right && canaries === wanted
          ? ''
          : `exactly ${wanted} of ${CANARY_REQUESTS} answered by v2, all of them 200`;
      },
    },
    {
      title: 'redirect',
      url: `${plain}/account`,
      headers: {},
      times: 1,
      tell: ([answer]) => `${answer!.status} to ${answer!.headers.location ?? 'nowhere'}`,
      fault: ([answer]) => (answer!.status === 301 && answer!.headers.location === account ? '' : `301 to ${account}`),
    },
    once('HTTPS, where it led', account, {}, 200, 'shop v1 received GET /account'),
    once('rewrite', `${plain}/old/shoes`, {}, 200, 'received GET /catalog/shoes'),
    once('timeout', `${plain}/report`, {}, 504, ''),
    once('no such host', `http://nobody.example:${http}/`, {}, 404, ''),
  ];
}

/** The same request for a terminal. The names need no DNS: they are resolved to this machine for this one request. */
export function curlLine({ url, headers, times }: Visit): string {
  const { protocol, hostname, port } = new URL(url);
  const parts = ['curl', '-i', '--resolve', `${hostname}:${port}:127.0.0.1`];
  if (protocol === 'https:') parts.push('-k');
  for (const [name, value] of Object.entries(headers)) parts.push('-H', `'${name}: ${value}'`);
  if (times === 1) return [...parts, url].join(' ');
  const quiet = ['curl', '-s', '--resolve', `${hostname}:${port}:127.0.0.1`];
  return [...quiet, `'${url}?[1-${times}]'`, '| grep -o "shop v." | sort | uniq -c'].join(' ');
}

/**
 * Sends visits, one request after the other on one connection for each port: a worker splits traffic exactly, two workers
 * that share it each split theirs.
 */
export class Client {
  readonly #http = new HttpAgent({ keepAlive: true, maxSockets: 1 });
  readonly #https = new HttpsAgent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });

  async send({ url, headers, times }: Visit): Promise<Answer[]> {
    const answers: Answer[] = [];
    while (answers.length < times) answers.push(await this.#one(url, headers));
    return answers;
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #one(url: string, headers: Visit['headers']): Promise<Answer> {
    const { protocol, hostname, host, port, pathname, search } = new URL(url);
    const options = {
      host: '127.0.0.1',
      port,
      path: pathname + search,
      headers: { ...headers, host },
      timeout: 10_000,
    };
    return new Promise((resolve, reject) => {
      const sent =
        protocol === 'https:'
          ? httpsRequest({ ...options, servername: hostname, agent: this.#https })
          : httpRequest({ ...options, agent: this.#http });
      sent.once('timeout', () => sent.destroy(new Error('no answer within 10 seconds')));
      sent.once('error', reject);
      sent.once('response', (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.once('error', reject);
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(parts).toString('utf8'),
          }),
        );
      });
      sent.end();
    });
  }
}
