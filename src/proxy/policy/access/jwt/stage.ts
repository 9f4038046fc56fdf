import type { CredentialSource, JWTAuthentication } from '../../../../ir/policy/access.ts';
import { ORDER, PASS, type Stage, WAIT } from '../../stage.ts';
import type { Identity, Visit } from '../../visit.ts';
import { challenge, REASONS, UNAVAILABLE } from '../answer.ts';
import { Credential } from '../credential.ts';
import { Verdicts } from '../verdicts.ts';
import type { Keys } from './keys.ts';
import { checkSignature, readToken, SIGNED, type Token, UNKNOWN_KEY, validity } from './token.ts';

/** What became of a token; `identity` null: it is not good, whatever the time. */
type Verdict = {
  readonly identity: Identity | null;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly until: number;
};

/** Tokens whose verdict is kept. */
const KEPT = 16_384;

const REFUSED: Verdict = { identity: null, from: 0, until: 0 };
const NO_TOKEN = challenge('Bearer');
const BAD_TOKEN = challenge('Bearer error="invalid_token"');

/** Lets requests with a good JSON Web Token pass (RFC 6750). */
export class JWTStage implements Stage {
  readonly order = ORDER.authentication;
  readonly bodyLimit = 0;
  readonly letsGo = true;
  readonly sources: readonly CredentialSource[];
  private readonly entry: JWTAuthentication;
  private readonly keys: Keys;
  private readonly credential: Credential;
  private readonly removes: boolean;
  private readonly verdicts: Verdicts<Verdict>;
  /** Of the keys that the verdicts were found by. */
  private version: number;

  constructor(entry: JWTAuthentication, keys: Keys) {
    this.entry = entry;
    this.keys = keys;
    this.sources = entry.sources;
    this.credential = new Credential(entry.sources);
    this.removes = entry.credentials === 'Remove';
    this.verdicts = new Verdicts(KEPT);
    this.version = keys.version;
  }

  enter(visit: Visit): number {
    const digest = this.credential.digest(visit);
    if (digest === null) return visit.answer(NO_TOKEN, REASONS.missing);
    const now = Date.now();
    const keys = this.keys.current(now);
    if (this.version !== this.keys.version) {
      this.version = this.keys.version;
      this.verdicts.clear();
    }
    if (keys !== null) {
      const known = this.verdicts.get(digest);
      if (known !== undefined) return this.follow(known, visit, now);
    }
    const token = readToken(this.credential.find(visit)!, this.entry);
    if (token === null) return visit.answer(BAD_TOKEN, REASONS.invalid);
    const result = keys === null ? UNKNOWN_KEY : checkSignature(token, keys);
    if (result !== UNKNOWN_KEY) return this.settle(digest, token, result, visit, now);
    if (this.keys.renew(now, () => this.renewed(digest, token, visit))) return WAIT;
    return this.withoutKey(keys !== null, visit);
  }

  /** There may be newer keys. */
  private renewed(digest: string, token: Token, visit: Visit): void {
    const now = Date.now();
    const keys = this.keys.current(now);
    const result = keys === null ? UNKNOWN_KEY : checkSignature(token, keys);
    if (result === UNKNOWN_KEY) this.withoutKey(keys !== null, visit);
    else if (this.settle(digest, token, result, visit, now) === PASS) visit.proceed();
  }

  private settle(digest: string, token: Token, result: number, visit: Visit, now: number): number {
    const verdict = result === SIGNED ? this.verdictOf(token) : REFUSED;
    // A verdict that newer keys brought is not to be taken for one of the older.
    if (this.version === this.keys.version) this.verdicts.set(digest, verdict);
    return this.follow(verdict, visit, now);
  }

  private verdictOf(token: Token): Verdict {
    const times = validity(token, this.entry);
    if (times === null) return REFUSED;
    const { claims } = token;
    const consumer = typeof claims.sub === 'string' ? claims.sub : '';
    return { identity: { consumer, claims, method: 'JWT' }, ...times };
  }

  private follow({ from, identity, until }: Verdict, visit: Visit, now: number): number {
    if (identity === null || now < from || now >= until) return visit.answer(BAD_TOKEN, REASONS.invalid);
    visit.identity = identity;
    if (this.removes) this.credential.remove(visit);
    return PASS;
  }

  private withoutKey(hasOthers: boolean, visit: Visit): number {
    return hasOthers ? visit.answer(BAD_TOKEN, REASONS.invalid) : visit.answer(UNAVAILABLE, REASONS.unavailable);
  }
}
