/** HTTP statuses by gRPC code (google/rpc/code.proto). */
const HTTP_STATUS: readonly number[] = [
  200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401,
];

/** gRPC codes by HTTP status, for what answers without one (gRPC's http-grpc-status-mapping). */
const GRPC_CODE: Readonly<Record<number, number>> = {
  400: 13,
  401: 16,
  403: 7,
  404: 12,
  429: 14,
  502: 14,
  503: 14,
  504: 14,
};

export const OK = 0;
export const UNKNOWN = 2;
export const INVALID_ARGUMENT = 3;
const DEADLINE_EXCEEDED = 4;
export const NOT_FOUND = 5;
export const INTERNAL = 13;
const UNAVAILABLE = 14;

export function httpStatusOf(code: number): number {
  return HTTP_STATUS[code] ?? 500;
}

export function codeOfHTTP(status: number): number {
  return GRPC_CODE[status] ?? UNKNOWN;
}

/** Of a failure that the proxy answers with an HTTP status. */
export function codeOfFailure(status: number): number {
  return status === 504 ? DEADLINE_EXCEEDED : UNAVAILABLE;
}

/** grpc-message is percent-encoded UTF-8; what is encoded badly stays as it is (gRPC over HTTP/2, Responses). */
export function messageText(value: string): string {
  try {
    return decodeURIComponent(value.replace(/%(?![0-9A-Fa-f]{2})/g, '%25'));
  } catch {
    return value;
  }
}
