import type { Filter } from '../../ir/filter.ts';
import type { GRPCWeb } from '../../ir/grpc-web.ts';
import { ERRORS } from '../exchange/error.ts';
import { errorBody } from '../exchange/response-writer.ts';
import { ORDER, PASS, type Stage } from '../policy/stage.ts';
import type { Visit } from '../policy/visit.ts';
import { WebCall } from './call.ts';
import { wantsText, webType } from './media-type.ts';

/**
 * GRPCWeb: makes a request of gRPC-Web a call of gRPC, before any other stage sees it. What then comes of it is the
 * exchange's business, which translates answers and errors back.
 */
class GRPCWebStage implements Stage {
  readonly order = ORDER.grpcWeb;
  readonly bodyLimit = 0;
  private readonly maxRequestBytes: number;

  constructor({ maxRequestBytes }: GRPCWeb) {
    this.maxRequestBytes = maxRequestBytes;
  }

  enter(visit: Visit): number {
    const { head } = visit;
    const type = head.method === 'POST' ? webType(head.header('content-type')) : null;
    // A rule and its backend may both have the filter.
    if (type === null || visit.isTranslated) return PASS;
    const { maxRequestBytes } = this;
    const isText = wantsText(head.header('accept'), type);
    const { message } = visit.runtime.options.limits;
    const isTooLong = !type.isText && head.bodyLength > maxRequestBytes;
    visit.translate(new WebCall(visit.client, type, isText, maxRequestBytes, message));
    return isTooLong ? visit.answer(errorBody(413), ERRORS.bodyTooLarge.reason) : PASS;
  }
}

export function grpcWebStage(filter: Filter): Stage {
  return new GRPCWebStage(filter as GRPCWeb);
}
