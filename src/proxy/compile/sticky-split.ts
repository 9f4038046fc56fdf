import type { EndpointPool } from '../backend/endpoint-pool.ts';
import { readSession } from '../backend/traffic/passage.ts';
import type { Sessions } from '../backend/traffic/session.ts';
import type { RequestView } from '../route/request-view.ts';
import type { CompiledBackendRef, Split } from './compiled.ts';

/**
 * The split of a rule with sessions (GEP-1619): a session stays with its backend however weights change, as long as the
 * backend has any. Weights decide for all others.
 */
export class StickySplit implements Split {
  readonly refs: readonly CompiledBackendRef[];
  readonly sessions: Sessions<EndpointPool>;
  private readonly weighted: Split;

  constructor(weighted: Split, sessions: Sessions<EndpointPool>) {
    this.refs = weighted.refs;
    this.sessions = sessions;
    this.weighted = weighted;
  }

  next(view?: RequestView): CompiledBackendRef {
    const session = view === undefined ? null : readSession(this.sessions, view);
    if (session !== null) {
      for (const ref of this.refs) {
        if (ref.weight > 0 && ref.backend !== null && this.sessions.isWith(session, ref.backend)) return ref;
      }
    }
    return this.weighted.next(view);
  }
}
