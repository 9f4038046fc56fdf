import type { GRPCTranscode } from '../../../ir/transcode.ts';
import { without } from '../../exchange/forwarded-head.ts';
import type { SubrequestResponse } from '../../exchange/subrequest.ts';
import type { DirectResponse } from '../../filter/plan.ts';
import { statusOfFailure } from '../failure.ts';
import { isJSON, jsonAnswer, timeLimit } from '../json-answer.ts';
import { NOT_FOR_OWN_REQUESTS } from '../own-request.ts';
import { reasonPhrase } from '../reason-phrase.ts';
import { ORDER, PASS, type Stage, WAIT } from '../stage.ts';
import type { Visit } from '../visit.ts';
import { framed, unframed } from './frame.ts';
import { BadRequest } from './request-json.ts';
import {
  codeOfFailure,
  codeOfHTTP,
  httpStatusOf,
  INTERNAL,
  INVALID_ARGUMENT,
  messageText,
  NOT_FOUND,
  OK,
  UNKNOWN,
} from './status.ts';
import { type Call, Transcoder } from './transcoder.ts';

/** How answers are counted and logged. */
const ANSWERED = 'grpc';
const BAD_REQUEST = 'grpc-request';
const BAD_RESPONSE = 'grpc-response';

/** What is said anew of the message, and what would make the answer another one. */
const NOT_FOR_BACKENDS: ReadonlySet<string> = new Set([
  'accept',
  ...NOT_FOR_OWN_REQUESTS,
  'grpc-accept-encoding',
  'grpc-encoding',
  'grpc-timeout',
]);

/** Makes JSON requests into gRPC calls to the backend, and what they return into JSON answers. */
class TranscodeStage implements Stage {
  readonly order = ORDER.handler;
  readonly bodyLimit: number;
  private readonly filter: GRPCTranscode;
  private readonly transcoder: Transcoder;

  constructor(filter: GRPCTranscode, transcoder: Transcoder) {
    this.bodyLimit = filter.maxRequestBytes;
    this.filter = filter;
    this.transcoder = transcoder;
  }

  enter(visit: Visit): number {
    const { backend } = visit.ref;
    // A rule without a backend that could be asked has its own failure.
    if (backend === null) return PASS;
    const head = visit.forwarded();
    const call = this.callOf(visit, head.method === 'HEAD' ? 'GET' : head.method, head.path, head.query);
    if (call === null) return visit.answer(statusAnswer(404, NOT_FOUND, 'no method has this path'), BAD_REQUEST);
    if ('headers' in call) return visit.answer(call, BAD_REQUEST);
    const timeout = timeLimit(visit.match.plan.timeouts, this.filter.timeout);
    const headers: (readonly [string, string])[] = [
      ...without(head.fields, NOT_FOR_BACKENDS),
      ['Content-Type', 'application/grpc+proto'],
      ['TE', 'trailers'],
      ['grpc-timeout', `${Math.min(Math.ceil(timeout), 99_999_999)}m`],
    ];
    const request = {
      backend,
      method: 'POST',
      path: `/${call.binding.call}`,
      host: head.host,
      headers,
      body: framed(call.message),
      timeout,
      maxBody: this.filter.maxResponseBytes + 5,
      http2: true,
    };
    visit.subrequest(request, (result) => {
      if ('failure' in result) visit.answer(failureAnswer(result.failure), result.failure);
      else this.answer(visit, call, result);
    });
    return WAIT;
  }

  private callOf(visit: Visit, method: string, path: string, query: string): Call | DirectResponse | null {
    const body = visit.body();
    if (body.length > 0 && !isJSON(visit.head.header('content-type'))) {
      return statusAnswer(415, INVALID_ARGUMENT, 'the body must be application/json');
    }
    try {
      return this.transcoder.call(method, path, query, body);
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error;
      return statusAnswer(400, INVALID_ARGUMENT, error.message);
    }
  }

  private answer(visit: Visit, call: Call, { body, headers, status, trailers }: SubrequestResponse): void {
    // An answer without a message has its status in the head (gRPC over HTTP/2, Trailers-Only).
    const fields = [...trailers, ...headers];
    const code = valueOf(fields, 'grpc-status');
    if (code === null || !/^[0-9]{1,4}$/.test(code)) {
      const own = status === 200 ? UNKNOWN : codeOfHTTP(status);
      visit.answer(statusAnswer(status === 200 ? 502 : httpStatusOf(own), own, ''), BAD_RESPONSE);
      return;
    }
    if (Number(code) !== OK) {
      const message = messageText(valueOf(fields, 'grpc-message') ?? '');
      const details = this.transcoder.details(valueOf(fields, 'grpc-status-details-bin') ?? '');
      const http = httpStatusOf(Number(code));
      visit.answer(jsonAnswer(http, JSON.stringify({ code: Number(code), message, details })), ANSWERED);
      return;
    }
    const message = unframed(body);
    const json = message === null ? null : this.transcoder.answer(call, message);
    if (json === null) visit.answer(statusAnswer(502, INTERNAL, ''), BAD_RESPONSE);
    else visit.answer(jsonAnswer(200, json), ANSWERED);
  }
}

function failureAnswer(reason: string): DirectResponse {
  const status = statusOfFailure(reason);
  return statusAnswer(status, codeOfFailure(status), '');
}

/** A google.rpc.Status, as JSON. */
function statusAnswer(status: number, code: number, message: string): DirectResponse {
  return jsonAnswer(
    status,
    JSON.stringify({ code, message: message === '' ? reasonPhrase(status) : message, details: [] }),
  );
}

function valueOf(fields: SubrequestResponse['headers'], name: string): string | null {
  return fields.find(([field]) => field.toLowerCase() === name)?.[1] ?? null;
}

/** Filters stay the same objects while nothing changes, and reading a descriptor set takes long. */
const known = new WeakMap<GRPCTranscode, { readonly bytes: Buffer; readonly stage: Stage }>();

/** `bytes` are the descriptor set's. */
export function transcodeStage(transcode: GRPCTranscode, bytes: Buffer): Stage {
  const before = known.get(transcode);
  if (before?.bytes.equals(bytes)) return before.stage;
  const stage = new TranscodeStage(transcode, new Transcoder(transcode, bytes));
  known.set(transcode, { bytes, stage });
  return stage;
}
