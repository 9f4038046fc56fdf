/**
 * Who connects to the snapshot server. A proxy shows the token of its ServiceAccount for our audience; the API server says
 * whose it is (TokenReview), and the ServiceAccount's name says which Gateway it belongs to, because we made it.
 */
import type { KubeClient } from '../kube/client.ts';
import type { Identity } from '../snapshot/server.ts';

type TokenReview = {
  readonly status?: {
    readonly authenticated?: boolean;
    readonly audiences?: readonly string[];
    readonly user?: { readonly username?: string; readonly extra?: Readonly<Record<string, readonly string[]>> };
  };
};

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;
const POD_NAME = 'authentication.kubernetes.io/pod-name';

/**
 * @param gatewayOf the `namespace/name` of the Gateway whose proxies run as this ServiceAccount, or null.
 * @throws {ApiError} when the API server cannot be asked: then nobody is let in, and the proxy tries again.
 */
export async function identify(
  client: KubeClient,
  audience: string,
  token: string,
  gatewayOf: (namespace: string, serviceAccount: string) => string | null,
): Promise<Identity | null> {
  const review = await client.request<TokenReview>('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token, audiences: [audience] },
    },
  });
  const { authenticated, audiences, user } = review.status ?? {};
  // An authenticator that knows no audiences answers without any: such a token may be meant for anybody.
  if (authenticated !== true || audiences?.includes(audience) !== true) return null;
  const account = SERVICE_ACCOUNT.exec(user?.username ?? '');
  const proxy = user?.extra?.[POD_NAME]?.[0];
  if (account === null || proxy === undefined) return null;
  const gateway = gatewayOf(account[1]!, account[2]!);
  return gateway === null ? null : { gateway, proxy };
}
