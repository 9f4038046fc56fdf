import type { SecureServerOptions } from 'node:http2';
import { type Answer, Http2Backend, Http2Client } from '../../fake/http2.ts';
import { closeLater } from '../start.ts';

/** A client that is closed when the test ends. Call after `serve`, so that it is closed before the proxy is. */
export async function http2(port: number, servername?: string, options: object = {}): Promise<Http2Client> {
  const client = await Http2Client.connect(port, servername, options);
  closeLater(() => client.close());
  return client;
}

/** A backend that speaks HTTP/2 and is closed when the test ends. */
export async function http2Backend(
  answer?: Answer,
  when: 'complete' | 'head' = 'complete',
  options: SecureServerOptions | null = null,
  settings: object = {},
): Promise<Http2Backend> {
  const backend = await Http2Backend.start(answer, when, options, settings);
  closeLater(() => backend.close());
  return backend;
}
