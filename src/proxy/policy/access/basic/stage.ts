import type { BasicAuthentication } from '../../../../ir/policy/access.ts';
import type { Htpasswd } from '../../../../ir/policy/htpasswd.ts';
import { ORDER, PASS, type Stage, WAIT } from '../../stage.ts';
import type { Identity, Visit } from '../../visit.ts';
import { challenge, REASONS, UNAVAILABLE } from '../answer.ts';
import { digestFor } from '../digest.ts';
import { Inquiries } from '../inquiries.ts';
import { Verdicts } from '../verdicts.ts';
import { userPassword } from './credentials.ts';
import { isPassword, isSlow } from './htpasswd.ts';

/** The realm is the same everywhere: it would only tell how policies are cut. */
export const BASIC_CHALLENGE = challenge('Basic realm="gateway", charset="UTF-8"');

/** Passwords that are checked at once: they are in the threads that files and names are looked up in, too. */
const AT_ONCE = 2;
const MOST_WAITING = 256;
const KEPT = 4_096;

/** Lets requests with the name and password of a user pass. */
export class BasicStage implements Stage {
  readonly order = ORDER.authentication;
  readonly bodyLimit = 0;
  readonly letsGo = true;
  private readonly users: Htpasswd['users'];
  /** What the passwords of users that do not exist are compared with: it must take as long. */
  private readonly nobody: string | null;
  private readonly removes: boolean;
  private readonly verdicts: Verdicts<boolean>;
  private readonly inquiries: Inquiries<boolean>;

  constructor(entry: BasicAuthentication, { users }: Htpasswd) {
    this.users = users;
    this.nobody = [...users.values()].find(isSlow) ?? null;
    this.removes = entry.credentials === 'Remove';
    this.verdicts = new Verdicts(KEPT);
    this.inquiries = new Inquiries(AT_ONCE, MOST_WAITING);
  }

  enter(visit: Visit): number {
    const field = visit.head.header('authorization');
    const credentials = userPassword(field);
    if (credentials === null) return visit.answer(BASIC_CHALLENGE, REASONS.missing);
    const { password, user } = credentials;
    const digest = digestFor(visit.client, field!);
    const known = this.verdicts.get(digest);
    if (known !== undefined) return this.follow(known, user, visit);
    const hash = this.users.get(user) ?? this.nobody;
    if (hash === null) return this.follow(false, user, visit);
    if (!isSlow(hash)) {
      const result = isPassword(password, hash);
      this.verdicts.set(digest, result);
      return this.follow(result, user, visit);
    }
    const isAsked = this.inquiries.ask(
      digest,
      (settle) => void this.check(user, password, hash).then(settle),
      (result) => {
        this.verdicts.set(digest, result);
        if (this.follow(result, user, visit) === PASS) visit.proceed();
      },
    );
    return isAsked ? WAIT : visit.answer(UNAVAILABLE, REASONS.unavailable);
  }

  private async check(user: string, password: string, hash: string): Promise<boolean> {
    // `$2y$` is PHP's and Apache's name of what everybody else calls `$2b$`.
    const { compare } = await import('bcrypt');
    const isRight = await compare(password, hash.replace(/^\$2y/, '$2b')).catch(() => false);
    return isRight && this.users.has(user);
  }

  private follow(isRight: boolean, user: string, visit: Visit): number {
    if (!isRight) return visit.answer(BASIC_CHALLENGE, REASONS.invalid);
    const identity: Identity = { consumer: user, claims: { sub: user }, method: 'Basic' };
    visit.identity = identity;
    if (this.removes) visit.request.remove('authorization');
    return PASS;
  }
}
