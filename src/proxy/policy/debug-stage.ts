import { TrustedHops } from '../peer.ts';
import { ORDER, PASS, type Stage } from './stage.ts';
import type { Visit } from './visit.ts';

/** Asks for the answer's fields. */
const ASKED = 'headgate-debug';

/** Tells clients who may know, and who ask, which rule took their request and which backend answered. */
export class DebugStage implements Stage {
  readonly order = ORDER.telemetry;
  readonly bodyLimit = 0;
  readonly letsGo = true;
  private readonly clients: TrustedHops;

  constructor(networks: readonly string[]) {
    this.clients = new TrustedHops(networks, 'debugFrom');
  }

  enter(visit: Visit): number {
    if (this.tells(visit)) {
      visit.request.remove(ASKED);
      visit.response.set('Headgate-Rule', visit.match.rule.key);
    }
    return PASS;
  }

  responded(visit: Visit): void {
    if (this.tells(visit)) visit.response.set('Headgate-Backend', visit.triedBackend);
  }

  private tells(visit: Visit): boolean {
    return visit.head.header(ASKED) !== null && this.clients.has(visit.clientAddress);
  }
}
