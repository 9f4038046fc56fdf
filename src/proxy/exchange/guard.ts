import type { Carrier } from '../backend/carrier.ts';
import { headerPlan } from '../filter/header-modifier.ts';
import type { DirectResponse, HeaderPlan } from '../filter/plan.ts';
import type { Stage } from '../policy/stage.ts';
import { Visit } from '../policy/visit.ts';
import { ERRORS } from './error.ts';
import type { Exchange } from './exchange.ts';

/** Chunks of a body that is kept with its framing have lines of their own. */
const MOST_FRAMING = 65_536;

/** What stands between the choice of a backend and the first attempt: the stages of policies and filters, where there are any. */
export class Guard {
  /** Null while no request has stages. */
  visit: Visit | null;
  private readonly exchange: Exchange;
  /** What `Route.decide` found. */
  private verdict: number;
  /** Bytes of the request body that a stage waits for; 0: none does. */
  private bodyLimit: number;

  constructor(exchange: Exchange) {
    this.visit = null;
    this.exchange = exchange;
    this.verdict = 0;
    this.bodyLimit = 0;
  }

  /** Lets a request pass all stages; the exchange is told what comes of it, at once or later. */
  enter(stages: readonly Stage[], verdict: number): void {
    this.verdict = verdict;
    this.visit = new Visit(this.exchange, stages);
    this.visit.go();
  }

  /** The exchange is over. */
  end(status: number, reason: string): void {
    this.bodyLimit = 0;
    const { visit } = this;
    this.visit = null;
    visit?.end(status, reason);
  }

  // For the visit

  admitted(): void {
    this.exchange.follow(this.verdict);
  }

  answer(direct: DirectResponse, reason: string): void {
    this.exchange.answer(direct, reason);
  }

  /** Whether the whole request body is here; otherwise the visit goes on when it is, or the request fails. */
  hasBody(limit: number): boolean {
    const { exchange } = this;
    const { client, request } = exchange;
    if (client.head.bodyLength > limit || request.retained.length > limit + MOST_FRAMING) {
      exchange.fail(ERRORS.bodyTooLarge);
      return false;
    }
    if (!client.isReceiving) return true;
    this.bodyLimit = limit;
    if (client.head.expectsContinue && !request.wasContinued) {
      request.wasContinued = true;
      exchange.response.continue();
    }
    return false;
  }

  // For the exchange

  /** More of the request body has come. */
  receiving(buffer: Buffer): void {
    this.visit?.receiving(buffer);
  }

  /** More of the request body has been kept. True when a stage waits for it. */
  received(isLast: boolean): boolean {
    const { bodyLimit } = this;
    if (bodyLimit === 0) return false;
    const { client } = this.exchange;
    if (client.body.received > bodyLimit) {
      this.bodyLimit = 0;
      this.exchange.refuse(ERRORS.bodyTooLarge);
    } else if (isLast) {
      this.bodyLimit = 0;
      this.visit?.go();
    } else {
      client.resume();
    }
    return true;
  }

  /** What is done to the header section of a response: `plan`, then what stages want, then what keeps a session. */
  responsePlan(plan: HeaderPlan): HeaderPlan {
    const { passage } = this.exchange.attempts;
    const edited = this.visit === null ? plan : this.visit.response.after(plan);
    if (passage === null || passage.field === null) return edited;
    const { drop, ...line } = passage.field;
    return headerPlan(drop === '' ? edited.drop : [...edited.drop, drop], [...edited.lines, line]);
  }

  /** Tells stages of the backend's response. */
  responded(carrier: Carrier): void {
    this.visit?.responded(carrier);
  }

  responseReceived(carrier: Carrier, buffer: Buffer): void {
    this.visit?.received(carrier, buffer);
  }

  responseCompleted(): void {
    this.visit?.completed();
  }
}
