import type { UntimelyCertificate } from './certificates.ts';

/** What a supervisor tells whoever runs it. */
export type SupervisorEvent =
  | {
      readonly kind: 'worker-ended';
      readonly worker: number;
      readonly code: number | null;
      readonly signal: string | null;
    }
  | { readonly kind: 'bug'; readonly worker: number; readonly error: string }
  | ({ readonly kind: 'certificate' } & UntimelyCertificate);

/** What each event is in a log. */
export const EVENTS = {
  'worker-ended': 'a worker ended',
  bug: 'a worker met a bug',
  certificate: 'a certificate is served out of its time',
} as const satisfies Record<SupervisorEvent['kind'], string>;
