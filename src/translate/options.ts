export type TranslateOptions = {
  /** GatewayClasses that name it are ours. */
  readonly controllerName: string;
  /** The addresses that a Gateway really has, by `namespace/name`. */
  readonly addresses: Readonly<Record<string, readonly string[]>>;
  /** Those of them, and others, that are addresses of its Services inside of the cluster (ClusterIPs), by `namespace/name`. */
  readonly clusterAddresses: Readonly<Record<string, readonly string[]>>;
  /** The addresses of every Gateway that `addresses` does not name; empty: it has none yet. */
  readonly defaultAddresses: readonly string[];
  /**
   * All Gateways are served by one process (standalone): one that asks for no addresses has `defaultAddresses`, one that
   * asks for IP addresses binds those, and of two that want the same port of the same address the older one has it.
   */
  readonly sharedAddress: boolean;
};

export const DEFAULT_OPTIONS: TranslateOptions = {
  controllerName: 'headgate.dev/gateway-controller',
  addresses: {},
  clusterAddresses: {},
  defaultAddresses: [],
  sharedAddress: false,
};
