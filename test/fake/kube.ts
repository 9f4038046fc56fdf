import { KubeClient } from '../../src/kube/client.ts';
import { FakeApiServer } from './api-server.ts';

/** A fake API server that runs, and a client of it. */
export type FakeKube = { readonly server: FakeApiServer; readonly client: KubeClient };

/** @param token what the client shows; absent: none. */
export async function startFakeKube(token?: string): Promise<FakeKube> {
  const server = new FakeApiServer();
  const authorization = async () => (token === undefined ? undefined : `Bearer ${token}`);
  return { server, client: new KubeClient({ server: await server.start(), tls: {}, authorization }) };
}
