/** A rule whose backends speak gRPC, and whose clients speak JSON. */
export type GRPCTranscode = {
  readonly kind: 'GRPCTranscode';
  /** `namespace/name` of the HTTPRouteFilter. */
  readonly filter: string;
  /** Key of the table's `secrets`: a google.protobuf.FileDescriptorSet. */
  readonly descriptorSet: string;
  /** The one that fits better comes first. */
  readonly bindings: readonly GRPCBinding[];
  /** Whether fields and parameters that a message does not have are passed over instead of refused. */
  readonly ignoresUnknown: boolean;
  readonly maxRequestBytes: number;
  readonly maxResponseBytes: number;
  /** Milliseconds, where the rule says nothing. */
  readonly timeout: number;
};

/** One way to call one unary method (google.api.HttpRule). */
export type GRPCBinding = {
  /** `shop.v1.Catalogue/GetItem` */
  readonly call: string;
  /** HTTP method; `*` is any. */
  readonly method: string;
  readonly template: PathTemplate;
  /** Which field of the request the body is: `*` all that the path does not say, `''` none. */
  readonly body: string;
  /** Which field of the answer the body is; `''` the answer itself. */
  readonly responseBody: string;
};

export type PathTemplate = {
  /** A literal, decoded, `*` for one segment, or, at the end, `**` for any number of them. */
  readonly segments: readonly string[];
  readonly variables: readonly PathVariable[];
  /** What follows behind `:`; `''` for nothing. */
  readonly verb: string;
};

/** Segments `from` to before `to` are the value of a field; `to` null: all that are left. */
export type PathVariable = {
  /** Names of fields, each in the message of the one before. */
  readonly field: readonly string[];
  readonly from: number;
  readonly to: number | null;
};
