import { Subrequest } from '../../exchange/subrequest.ts';
import type { StageContext } from '../kinds.ts';
import type { Outcome, Send } from './outbox.ts';

/** Nobody reads what a sink says; a longer answer is its own fault. */
const MAX_ANSWER = 65_536;

/** Statuses after which a collector may be asked again (OTLP 1, "Retryable Response Codes"). */
const RETRYABLE = new Set([429, 502, 503, 504]);

export type Sink = {
  /** Key of the backend. */
  readonly backend: string;
  readonly host: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Milliseconds. */
  readonly timeout: number;
};

/** Sends messages to a backend of the table, whatever table that is by then. */
export function senderTo(sink: Sink, { backend, runtime }: StageContext): Send {
  const { backend: key, headers, host, path, timeout } = sink;
  return (body, done) => {
    const found = backend(key);
    if (found === null) {
      done('again');
      return;
    }
    const options = { backend: key, method: 'POST', path, host, headers, body, timeout, maxBody: MAX_ANSWER };
    new Subrequest(runtime, options, (result) => {
      done('failure' in result ? 'again' : outcomeOf(result.status));
    }).start(found);
  };
}

function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return 'sent';
  return RETRYABLE.has(status) ? 'again' : 'refused';
}
