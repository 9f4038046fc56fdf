/** Clients of a rule may speak gRPC-Web; its backends get gRPC. What is no gRPC-Web passes as it is. */
export type GRPCWeb = {
  readonly kind: 'GRPCWeb';
  /** `namespace/name` of the HTTPRouteFilter. */
  readonly filter: string;
  /** Of all messages of a request, with their frames; at least 1. */
  readonly maxRequestBytes: number;
};
