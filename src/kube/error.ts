/** What an API server answered instead of the object that was asked for (metav1.Status). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** metav1.StatusReason, such as `Conflict`, `Expired`, `NotFound`; `''` when the answer had none. */
  readonly reason: string;
  /** Milliseconds that the server asked to wait (`Retry-After`); 0 when it did not. */
  readonly retryAfter: number;

  constructor(status: number, reason: string, message: string, retryAfter = 0) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  /** The resourceVersion or `continue` token is too old: only a new list helps. */
  get expired(): boolean {
    return this.status === 410 || this.reason === 'Expired' || this.reason === 'Gone';
  }

  get notFound(): boolean {
    return this.status === 404;
  }

  get conflict(): boolean {
    return this.status === 409;
  }
}

type Status = { reason?: unknown; message?: unknown; code?: unknown; details?: { retryAfterSeconds?: unknown } };

/** Reads a metav1.Status from an error answer; anything else becomes the message, cut to a readable length. */
export function apiError(status: number, body: string, what: string, retryAfterHeader: string | undefined): ApiError {
  let parsed: Status | null = null;
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null) parsed = value as Status;
  } catch {
    // A proxy or load balancer in between answers in plain text or HTML.
  }
  const seconds = Number(retryAfterHeader ?? parsed?.details?.retryAfterSeconds ?? 0);
  const message = typeof parsed?.message === 'string' ? parsed.message : body.slice(0, 300);
  const reason = typeof parsed?.reason === 'string' ? parsed.reason : '';
  return new ApiError(status, reason, `${what}: ${status} ${message}`, Number.isFinite(seconds) ? seconds * 1000 : 0);
}
