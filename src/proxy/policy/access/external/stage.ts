import type { ExternalService } from '../../../../ir/policy/access.ts';
import { ORDER, PASS, type Stage, WAIT } from '../../stage.ts';
import type { Visit } from '../../visit.ts';
import { REASONS, UNAVAILABLE } from '../answer.ts';
import { grpcQuestion, grpcVerdict } from './grpc.ts';
import { httpQuestion, httpVerdict } from './http.ts';
import { follow } from './verdict.ts';

/** Bytes of an answer. */
const MAX_ANSWER = 262_144;

/** Asks a service about each request; without its word nobody gets in. */
export class ExternalStage implements Stage {
  readonly order = ORDER.authentication;
  readonly bodyLimit: number;
  private readonly entry: ExternalService;

  constructor(entry: ExternalService) {
    this.entry = entry;
    this.bodyLimit = entry.maxBody;
  }

  enter(visit: Visit): number {
    const { entry } = this;
    const isHTTP = entry.protocol === 'HTTP';
    const question = (isHTTP ? httpQuestion : grpcQuestion)(entry, visit, MAX_ANSWER);
    visit.subrequest(question, (result) => {
      const isThere = !('failure' in result);
      const verdict = !isThere
        ? null
        : isHTTP
          ? httpVerdict(result, entry.allowedResponseHeaders)
          : grpcVerdict(result);
      if (verdict === null) visit.answer(UNAVAILABLE, REASONS.unavailable);
      else if (follow(verdict, visit) === PASS) visit.proceed();
    });
    return WAIT;
  }
}
