/** Single requests, for what has to be right before and while it is measured. */
import http from 'node:http';
import https from 'node:https';

export type Answer = { readonly status: number; readonly body: string; readonly headers: http.IncomingHttpHeaders };

export function ask(
  port: number,
  tls: boolean,
  host: string,
  path: string,
  body: string | null = null,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path,
      method: body === null ? 'GET' : 'POST',
      headers: { host, ...(body === null ? {} : { 'content-length': body.length }) },
      agent: false,
      rejectUnauthorized: false,
      servername: 'localhost',
    } as const;
    const request = (tls ? https : http).request(options, (response) => {
      let text = '';
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body ?? undefined);
  });
}

export function expectAnswer(where: string, answer: Pick<Answer, 'status' | 'body'>, body: string): void {
  if (answer.status === 200 && answer.body === body) return;
  throw new Error(`${where} answered ${answer.status} ${JSON.stringify(answer.body.slice(0, 100))}`);
}
