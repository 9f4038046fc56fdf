import type { LDAPAuthentication } from '../../../../ir/policy/access.ts';
import { ORDER, PASS, type Stage, WAIT } from '../../stage.ts';
import type { Visit } from '../../visit.ts';
import { REASONS, UNAVAILABLE } from '../answer.ts';
import { userPassword } from '../basic/credentials.ts';
import { BASIC_CHALLENGE } from '../basic/stage.ts';
import { digestFor } from '../digest.ts';
import { Inquiries } from '../inquiries.ts';
import { Verdicts } from '../verdicts.ts';
import type { Directory, DirectoryAnswer } from './directory.ts';

type Verdict = { readonly answer: DirectoryAnswer; readonly until: number };

const AT_ONCE = 8;
const MOST_WAITING = 1_024;
const KEPT = 4_096;

/** Lets requests with the name and password of a user of a directory pass. */
export class LDAPStage implements Stage {
  readonly order = ORDER.authentication;
  readonly bodyLimit = 0;
  private readonly directory: Directory;
  private readonly cacheTime: number;
  private readonly removes: boolean;
  private readonly verdicts: Verdicts<Verdict>;
  private readonly inquiries: Inquiries<DirectoryAnswer>;

  constructor(entry: LDAPAuthentication, directory: Directory) {
    this.directory = directory;
    this.cacheTime = entry.cacheTime;
    this.removes = entry.credentials === 'Remove';
    this.verdicts = new Verdicts(KEPT);
    this.inquiries = new Inquiries(AT_ONCE, MOST_WAITING);
  }

  enter(visit: Visit): number {
    const field = visit.head.header('authorization');
    const credentials = userPassword(field);
    if (credentials === null) return visit.answer(BASIC_CHALLENGE, REASONS.missing);
    const { user } = credentials;
    const digest = digestFor(visit.client, field!);
    const known = this.verdicts.get(digest);
    if (known !== undefined && performance.now() < known.until) return this.follow(known.answer, user, visit);
    const isAsked = this.inquiries.ask(
      digest,
      (settle) => void this.directory.ask(credentials).then(settle),
      (answer) => {
        // What is not known now may be known to the next request.
        if (answer.kind !== 'unknown') this.verdicts.set(digest, { answer, until: performance.now() + this.cacheTime });
        if (this.follow(answer, user, visit) === PASS) visit.proceed();
      },
    );
    return isAsked ? WAIT : visit.answer(UNAVAILABLE, REASONS.unavailable);
  }

  private follow(answer: DirectoryAnswer, user: string, visit: Visit): number {
    if (answer.kind === 'unknown') return visit.answer(UNAVAILABLE, REASONS.unavailable);
    if (answer.kind === 'wrong') return visit.answer(BASIC_CHALLENGE, REASONS.invalid);
    visit.identity = { consumer: user, claims: answer.claims, method: 'LDAP' };
    if (this.removes) visit.request.remove('authorization');
    return PASS;
  }
}
