/** A rule whose backends speak SOAP, and whose clients speak JSON. */
export type SOAP = {
  readonly kind: 'SOAP';
  /** `namespace/name` of the HTTPRouteFilter. */
  readonly filter: string;
  readonly version: '1.1' | '1.2';
  /** The SOAPAction; `''` for none. */
  readonly action: string;
  /** The element in the body of requests. */
  readonly element: string;
  /** Its namespace. */
  readonly namespace: string;
  /** Whether the elements in it are of the same namespace, or of none. */
  readonly qualified: boolean;
  /** Names of elements in responses that are JSON arrays even if there is one, numbers, and booleans. */
  readonly arrays: readonly string[];
  readonly numbers: readonly string[];
  readonly booleans: readonly string[];
  readonly maxRequestBytes: number;
  readonly maxResponseBytes: number;
  /** Milliseconds, where the rule says nothing. */
  readonly timeout: number;
};
