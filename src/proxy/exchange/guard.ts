import type { Carrier } from '../backend/carrier.ts';
import type { ContentCoding } from '../coding/accept-encoding.ts';
import { CodedResponse, type CodedSink } from '../coding/coded-response.ts';
import { codedAnswer, prepareCoding } from '../coding/prepare.ts';
import { EMPTY_PLAN } from '../filter/header-modifier.ts';
import type { DirectResponse, HeaderPlan } from '../filter/plan.ts';
import type { WebCall } from '../grpc-web/call.ts';
import type { SubstituteAnswer } from '../policy/stage.ts';
import { StageList } from '../policy/stage-list.ts';
import { Visit } from '../policy/visit.ts';
import { ERRORS, type ProxyError } from './error.ts';
import type { Exchange } from './exchange.ts';
import type { ResponseTranslation } from './response-translation.ts';

/** Chunks of a body that is kept with its framing have lines of their own. */
const MOST_FRAMING = 65_536;

/**
 * What stands between an exchange and the outside: its listener's filters, the route, and the stages of policies and filters,
 * where there are any. On the way in they stand before the first attempt; on the way back they see the response, and
 * may give it another form.
 */
export class Guard implements CodedSink {
  /** Null while no request has stages. */
  visit: Visit | null;
  /** The response that goes to the client, where it gets another form on its way; null: the backend's itself. */
  translation: ResponseTranslation | null;
  /** The call that a request of gRPC-Web is; null of others. */
  web: WebCall | null;
  private readonly exchange: Exchange;
  /** What may serve the next request that has stages; null: it has to be made. */
  private spare: Visit | null;
  /** What `Route.decide` found. */
  private verdict: number;
  /** Whether the stages under way are the filters of the listener. */
  private isFiltering: boolean;
  /** Bytes of the request body that a stage waits for; 0: none does. */
  private bodyLimit: number;

  constructor(exchange: Exchange) {
    this.visit = null;
    this.translation = null;
    this.web = null;
    this.exchange = exchange;
    this.spare = null;
    this.verdict = 0;
    this.isFiltering = false;
    this.bodyLimit = 0;
  }

  /** Lets a request pass the filters of its listener, where there are any; a rule is looked for when it has. */
  admit(): void {
    const { exchange } = this;
    const { client, route } = exchange;
    const { site } = client;
    const filters = site.compiled.hasFilters ? route.filters(client.head, client.sni, site) : StageList.none;
    if (filters.stages.length === 0) {
      this.decide();
      return;
    }
    exchange.guarded();
    this.isFiltering = true;
    this.newVisit(filters, false).go();
  }

  /**
   * Looks for a rule, exactly once, with the request as the filters of its listener have left it, and lets the request
   * pass the stages that hold for it. The exchange is told what comes of it, at once or later.
   */
  private decide(): void {
    const { exchange } = this;
    const { client, route } = exchange;
    const { site } = client;
    const verdict = route.decide(client.head, client.sni, site);
    const stages = route.isGuarded(site) ? route.stages(site) : StageList.none;
    if (stages.stages.length === 0) {
      exchange.follow(verdict);
      return;
    }
    exchange.guarded();
    this.verdict = verdict;
    const { visit } = this;
    if (visit === null) this.newVisit(stages, true).go();
    else {
      visit.routed(stages);
      visit.go();
    }
  }

  private newVisit(stages: StageList, isRouted: boolean): Visit {
    const visit = this.spare ?? new Visit(this.exchange);
    this.spare = null;
    this.visit = visit;
    visit.begin(stages, isRouted);
    return visit;
  }

  /** The exchange is over. */
  end(status: number, reason: string): void {
    this.isFiltering = false;
    this.bodyLimit = 0;
    const { translation, visit } = this;
    this.visit = null;
    this.translation = null;
    this.web = null;
    translation?.destroy();
    if (visit?.end(status, reason) === true) this.spare = visit;
  }

  // For the visit

  admitted(): void {
    if (this.isFiltering) {
      this.isFiltering = false;
      this.decide();
      return;
    }
    // What is coded is content: chunks are taken apart.
    if (this.visit !== null && this.visit.coding !== null) this.exchange.decodesChunks = true;
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
    exchange.limitTime();
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
    return { drop: drop === '' ? edited.drop : [...edited.drop, drop], lines: [...edited.lines, line], block: null };
  }

  /** What a stage would rather answer than this response; null: nothing, or there is none. */
  insteadOf(carrier: Carrier): SubstituteAnswer | null {
    const substitute = this.visit === null ? null : this.visit.substitute;
    return substitute === null ? null : substitute.forResponse(carrier.head);
  }

  /** What a stage would rather answer than an error; null: nothing, or there is none. */
  insteadOfError(error: ProxyError): SubstituteAnswer | null {
    const substitute = this.visit === null ? null : this.visit.substitute;
    return substitute === null ? null : substitute.forFailure(error);
  }

  /** Sends an answer of the proxy's own, with what rule and stages do to every response. */
  send(answer: DirectResponse, closes: boolean): void {
    const { client, response, route } = this.exchange;
    const plan = this.responsePlan(route.responsePlan ?? EMPTY_PLAN);
    response.answer(this.answerFor(answer), plan, route.corsPlan(client.head), closes);
  }

  /** An answer of the proxy's own as its client gets it. */
  private answerFor(response: DirectResponse): DirectResponse {
    const { visit, web } = this;
    if (web !== null) return web.answer(response);
    if (visit === null || visit.coding === null) return response;
    const { head } = visit;
    return codedAnswer(visit.coding, response, head.method, head.header('accept-encoding'));
  }

  /** Sends the head of the backend's response, after the stages have seen it, and what has come of its body. */
  begin(carrier: Carrier, buffer: Buffer): void {
    const { exchange, visit } = this;
    if (visit === null) {
      exchange.response.begin(carrier, buffer);
      return;
    }
    visit.responded(carrier);
    if (this.web === null) this.beginVisited(visit, carrier, buffer);
    else this.beginWeb(this.web, visit, carrier, buffer);
    visit.received(carrier, buffer);
  }

  private beginVisited(visit: Visit, carrier: Carrier, buffer: Buffer): void {
    const { response } = this.exchange;
    const accepted = visit.coding === null ? null : visit.head.header('accept-encoding');
    const coding =
      visit.coding === null ? null : prepareCoding(visit.coding, carrier, visit.head.method, accepted, visit.response);
    if (coding === null) response.begin(carrier, buffer);
    else this.beginCoded(carrier, buffer, coding);
  }

  private beginWeb(web: WebCall, visit: Visit, carrier: Carrier, buffer: Buffer): void {
    const { response } = this.exchange;
    const translation = web.translated(carrier, response, visit.response);
    this.translation = translation;
    if (translation === null) response.begin(carrier, buffer);
    else {
      response.begin(translation, NOTHING);
      translation.write(buffer);
    }
  }

  private beginCoded(carrier: Carrier, buffer: Buffer, coding: ContentCoding): void {
    const { response, runtime } = this.exchange;
    const coded = new CodedResponse(carrier, coding, this, runtime);
    this.translation = coded;
    const whole = coded.whole(buffer);
    if (whole !== null) {
      response.begin(coded, whole);
      return;
    }
    coded.start();
    response.begin(coded, NOTHING);
    coded.write(buffer);
  }

  /** Sends more of the body. */
  body(carrier: Carrier, buffer: Buffer): void {
    const { exchange, translation, visit } = this;
    if (translation === null) exchange.response.body(carrier, buffer);
    else translation.write(buffer);
    if (visit !== null) visit.received(carrier, buffer);
  }

  /** The backend's response is complete. True when the client's is not yet: `exchange.responseCoded` follows. */
  complete(): boolean {
    this.visit?.completed();
    return this.translation?.complete() ?? false;
  }

  /** The response cannot be completed. What the client was sent in place of its end; null: nothing. */
  brokenOff(error: ProxyError): ResponseTranslation | null {
    const { translation } = this;
    return translation !== null && error.status !== 0 && translation.breakOff(error) ? translation : null;
  }

  // For the coding

  coded(response: CodedResponse, buffer: Buffer): void {
    this.exchange.response.body(response, buffer);
  }

  codedEnd(response: CodedResponse): void {
    this.exchange.responseCoded(response);
  }

  codingFailed(): void {
    this.exchange.breakOff(ERRORS.internal);
  }
}

const NOTHING = Buffer.alloc(0);
