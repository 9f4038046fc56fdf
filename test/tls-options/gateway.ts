/** A gateway whose listeners have TLS options, and handshakes with it. */
import { connect, type TLSSocket } from 'node:tls';
import { Authority, type Issued } from '../fake/authority.ts';

export type ListenerPart = {
  readonly name: string;
  readonly port?: number;
  readonly protocol?: 'HTTPS' | 'TLS';
  readonly hostname?: string;
  readonly secrets?: readonly string[];
  readonly options?: Readonly<Record<string, string>>;
};

/** The Gateway `shop/web`. Options are named without their prefix. */
export function gatewayOf(...listeners: readonly ListenerPart[]): string {
  return JSON.stringify({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      gatewayClassName: 'headgate',
      listeners: listeners.map(
        ({ name, port = 443, protocol = 'HTTPS', hostname, secrets = ['ecdsa'], options = {} }) => ({
          name,
          port,
          protocol,
          hostname,
          tls: {
            certificateRefs: secrets.map((secret) => ({ name: secret })),
            options: Object.fromEntries(
              Object.entries(options).map(([option, value]) => [`headgate.dev/${option}`, value]),
            ),
          },
        }),
      ),
    },
  });
}

export const GATEWAY_CLASS = `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: headgate}
spec: {controllerName: headgate.dev/gateway-controller}
`;

export const HTTP_ROUTE = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: app, namespace: shop}
spec:
  parentRefs: [{name: web}]
  rules: [{backendRefs: [{name: app, port: 8080}]}]
`;

export function tlsSecret(name: string, { chain, key }: Issued): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: { name, namespace: 'shop' },
    stringData: { 'tls.crt': chain, 'tls.key': key },
  });
}

/** The Secrets `ecdsa` and `rsa`, for every name. */
export async function secrets(): Promise<readonly string[]> {
  const authority = await Authority.create();
  const names = [{ type: 'dns' as const, value: '*.example' }];
  return [
    tlsSecret('ecdsa', await authority.issue(names)),
    tlsSecret('rsa', await authority.issue(names, false, 'RSA')),
  ];
}

export type Hello = {
  readonly servername?: string;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly ciphers?: string;
  readonly alpn?: readonly string[];
};

export type Agreed = {
  readonly version: string | null;
  readonly cipher: string;
  /** Null where none was agreed on. */
  readonly alpn: string | null;
};

/** A connection whose handshake is done. Throws with the alert when it fails. */
export function handshake(port: number, { servername = 'a.example', alpn, ...hello }: Hello = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const named = servername === '' ? {} : { servername };
    const protocols = alpn === undefined ? {} : { ALPNProtocols: [...alpn] };
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...named, ...protocols, ...hello });
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
  });
}

/** What a client and the proxy agree on; null where they cannot. */
export async function agreed(port: number, hello: Hello = {}): Promise<Agreed | null> {
  let socket: TLSSocket;
  try {
    socket = await handshake(port, hello);
  } catch {
    return null;
  }
  const { alpnProtocol } = socket;
  const result = {
    version: socket.getProtocol(),
    cipher: socket.getCipher().name,
    alpn: typeof alpnProtocol === 'string' ? alpnProtocol : null,
  };
  socket.destroy();
  return result;
}
