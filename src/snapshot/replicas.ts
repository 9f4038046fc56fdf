import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** One process of the controller. */
export type Replica = {
  /** URL by IP address. */
  readonly address: string;
  /** The name that its certificate is for; undefined when it is the address. */
  readonly servername: string | undefined;
};

/** The replicas behind the name of a headless Service; rejects when the name is not known. */
export async function replicasOf(url: string): Promise<Replica[]> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return [{ address: url, servername: undefined }];
  const found = await lookup(host, { all: true });
  return found.map(({ address, family }) => ({
    address: `https://${family === 6 ? `[${address}]` : address}:${port || 443}`,
    servername: host,
  }));
}
