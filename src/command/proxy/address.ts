import { createServer } from 'node:net';

/** `::` takes IPv4 and IPv6; on a machine that has no IPv6 at all it cannot be had, and all of IPv4 has to do. */
export async function usableAddress(address: string): Promise<string> {
  if (address !== '::') return address;
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve('0.0.0.0'));
    server.listen({ host: '::', port: 0 }, () => server.close(() => resolve('::')));
  });
}
