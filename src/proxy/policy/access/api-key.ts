import type { APIKeyAuthentication, CredentialSource } from '../../../ir/policy/access.ts';
import { ORDER, PASS, type Stage } from '../stage.ts';
import type { Identity, Visit } from '../visit.ts';
import { challenge, REASONS } from './answer.ts';
import { Credential } from './credential.ts';
import { digestOf } from './digest.ts';

const UNKNOWN = challenge('ApiKey');

/** Lets requests with one of the keys pass. */
export class APIKeyStage implements Stage {
  readonly order = ORDER.authentication;
  readonly bodyLimit = 0;
  readonly letsGo = true;
  readonly sources: readonly CredentialSource[];
  /** By the digests of their keys. */
  private readonly consumers: ReadonlyMap<string, Identity>;
  private readonly credential: Credential;
  private readonly removes: boolean;

  /** @param keys the key of each consumer */
  constructor(entry: APIKeyAuthentication, keys: readonly (readonly [consumer: string, key: string])[]) {
    this.consumers = new Map(
      keys.map(([consumer, key]) => [digestOf(key), { consumer, claims: { sub: consumer }, method: 'APIKey' }]),
    );
    this.sources = entry.sources;
    this.credential = new Credential(entry.sources);
    this.removes = entry.credentials === 'Remove';
  }

  enter(visit: Visit): number {
    const digest = this.credential.digest(visit);
    if (digest === null) return visit.answer(UNKNOWN, REASONS.missing);
    const identity = this.consumers.get(digest);
    if (identity === undefined) return visit.answer(UNKNOWN, REASONS.invalid);
    visit.identity = identity;
    if (this.removes) this.credential.remove(visit);
    return PASS;
  }
}
