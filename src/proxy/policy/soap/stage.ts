import type { Filter } from '../../../ir/filter.ts';
import type { SOAP } from '../../../ir/soap.ts';
import { without } from '../../exchange/forwarded-head.ts';
import type { SubrequestResponse } from '../../exchange/subrequest.ts';
import type { DirectResponse } from '../../filter/plan.ts';
import { compactJSON } from '../aggregate/json.ts';
import { statusOfFailure } from '../failure.ts';
import { isJSON, jsonAnswer, timeLimit } from '../json-answer.ts';
import { NOT_FOR_OWN_REQUESTS } from '../own-request.ts';
import { reasonPhrase } from '../reason-phrase.ts';
import { ORDER, PASS, type Stage, WAIT } from '../stage.ts';
import type { Visit } from '../visit.ts';
import { Envelope } from './envelope.ts';
import { NotXML, parseKeepingNumbers } from './to-xml.ts';
import { XMLError } from './xml.ts';

/** How answers are counted and logged. */
const ANSWERED = 'soap';
const FAULT = 'soap-fault';
const BAD_REQUEST = 'soap-request';
const BAD_RESPONSE = 'soap-response';

/** What is said anew of the message, and what would make the answer another one. */
const NOT_FOR_BACKENDS: ReadonlySet<string> = new Set(['accept', ...NOT_FOR_OWN_REQUESTS, 'soapaction']);

/** A request that cannot be made into a message. */
class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Makes JSON requests into SOAP messages to the backend, and its messages into JSON answers. */
class SOAPStage implements Stage {
  readonly order = ORDER.handler;
  readonly bodyLimit: number;
  private readonly soap: SOAP;
  private readonly envelope: Envelope;

  constructor(soap: SOAP) {
    this.bodyLimit = soap.maxRequestBytes;
    this.soap = soap;
    this.envelope = new Envelope(soap);
  }

  enter(visit: Visit): number {
    const { backend } = visit.ref;
    // A rule without a backend that could be asked has its own failure.
    if (backend === null) return PASS;
    const head = visit.forwarded();
    let body: Buffer;
    try {
      body = this.envelope.request(valueOf(visit, head.method, head.query));
    } catch (error) {
      if (error instanceof Refused) return visit.answer(refusal(error.status, error.message), BAD_REQUEST);
      if (error instanceof NotXML) return visit.answer(refusal(400, error.message), BAD_REQUEST);
      throw error;
    }
    const headers = [
      ...without(head.fields, NOT_FOR_BACKENDS),
      ...this.envelope.fields,
      ['Accept-Encoding', 'identity'] as const,
    ];
    const timeout = timeLimit(visit.match.plan.timeouts, this.soap.timeout);
    const { maxResponseBytes: maxBody } = this.soap;
    const { host, path } = head;
    visit.subrequest({ backend, method: 'POST', path, host, headers, body, timeout, maxBody }, (result) => {
      if (!('failure' in result)) this.answer(visit, result);
      else {
        const status = statusOfFailure(result.failure);
        visit.answer(refusal(status, reasonPhrase(status)), result.failure);
      }
    });
    return WAIT;
  }

  private answer(visit: Visit, { body, headers, status }: SubrequestResponse): void {
    try {
      const said = this.envelope.response(body, charsetOf(headers));
      // SOAP 1.1 section 6.2 wants 500 for faults; a backend may know better which failure it is.
      if (said.isFault) visit.answer(jsonAnswer(status >= 500 ? status : 500, said.json), FAULT);
      else visit.answer(jsonAnswer(status, said.json), ANSWERED);
    } catch (error) {
      if (!(error instanceof XMLError)) throw error;
      visit.answer(refusal(502, reasonPhrase(502)), BAD_RESPONSE);
    }
  }
}

/** The value in a request: its body, or an object of its parameters where it has none. */
function valueOf(visit: Visit, method: string, query: string): unknown {
  const body = visit.body();
  if (body.length === 0) {
    if (method !== 'GET' && method !== 'HEAD' && method !== 'DELETE') return {};
    return parameters(query.slice(1));
  }
  if (!isJSON(visit.head.header('content-type'))) throw new Refused(415, 'the body must be application/json');
  const text = compactJSON(body);
  if (text === null) throw new Refused(400, 'the body is not JSON');
  return parseKeepingNumbers(text);
}

function parameters(query: string): unknown {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query)) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(values);
}

function refusal(status: number, message: string): DirectResponse {
  return jsonAnswer(status, JSON.stringify({ error: { message } }));
}

function charsetOf(headers: SubrequestResponse['headers']): string {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  return /;\s*charset="?([^\s";]+)/i.exec(type)?.[1] ?? '';
}

export function soapStage(filter: Filter): Stage {
  return new SOAPStage(filter as SOAP);
}
