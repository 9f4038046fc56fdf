/** What every object made for a Gateway needs to know of this installation. */
export type Installation = {
  /** Image of the proxies: the controller's own. */
  readonly image: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  readonly imagePullSecrets: readonly string[];
  /** Where proxies get their tables, such as `https://headgate-controller.headgate-system.svc:9443`. */
  readonly snapshotAddress: string;
  /** Audience of the token that a proxy shows there. */
  readonly snapshotAudience: string;
  /** Value of `app.kubernetes.io/instance` of the controller, to tell several installations apart. */
  readonly instance: string;
  /** PEM of the authorities that the snapshot server's certificate may come from. */
  readonly caBundle: string;
};
