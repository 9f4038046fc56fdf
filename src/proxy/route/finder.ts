import type { Candidate } from './candidate.ts';
import type { RequestView } from './request-view.ts';

/** Whatever finds the match for a request. */
export interface Finder {
  find(view: RequestView): Candidate | null;
}
