/** One stream of bytes from a client, and what RFC 9110/9112 (and our strictness) ask of whoever reads it. */
export type RequestCase = {
  readonly name: string;
  /** latin1: one character is one byte. */
  readonly bytes: string;
  /** Where it says so. */
  readonly source: string;
  /** Whole messages that must come out before the ending. */
  readonly messages: number;
  /** Body of the last whole message. */
  readonly body?: string;
  readonly ending: 'end' | 'incomplete' | 'refused' | 'tunnel';
  /** Of the answer to a refused request, 0 for others. */
  readonly status: number;
};

export type ResponseCase = {
  readonly name: string;
  readonly bytes: string;
  readonly source: string;
  /** Method of the request that it answers. */
  readonly method: string;
  /** Status codes of the messages that must come out, 1xx included. */
  readonly statuses: readonly number[];
  readonly body?: string;
  readonly ending: 'end' | 'incomplete' | 'refused' | 'tunnel';
};

/** A request with a Host, these header lines and this rest. */
export function requestWith(lines: string, rest = '', method = 'POST'): string {
  return `${method} / HTTP/1.1\r\nHost: a.example\r\n${lines}\r\n${rest}`;
}

export function accepted(name: string, source: string, bytes: string, body = '', messages = 1): RequestCase {
  return { name, source, bytes, messages, body, ending: 'end', status: 0 };
}

export function refused(name: string, source: string, bytes: string, status = 400): RequestCase {
  return { name, source, bytes, messages: 0, ending: 'refused', status };
}

/** Good messages first, then a refusal. */
export function refusedAfter(messages: number, name: string, source: string, bytes: string): RequestCase {
  return { name, source, bytes, messages, ending: 'refused', status: 400 };
}

export function incomplete(name: string, source: string, bytes: string, messages = 0): RequestCase {
  return { name, source, bytes, messages, ending: 'incomplete', status: 0 };
}

export function responseWith(lines: string, rest = '', status = '200 OK'): string {
  return `HTTP/1.1 ${status}\r\n${lines}\r\n${rest}`;
}

type Answered = { readonly method?: string; readonly statuses?: readonly number[]; readonly body?: string };

export function answer(name: string, source: string, bytes: string, expected: Answered = {}): ResponseCase {
  const { method = 'GET', statuses = [200], body = '' } = expected;
  return { name, source, bytes, method, statuses, body, ending: 'end' };
}

export function badAnswer(name: string, source: string, bytes: string, expected: Answered = {}): ResponseCase {
  const { method = 'GET', statuses = [] } = expected;
  return { name, source, bytes, method, statuses, ending: 'refused' };
}

export function cutAnswer(name: string, source: string, bytes: string, expected: Answered = {}): ResponseCase {
  const { method = 'GET', statuses = [] } = expected;
  return { name, source, bytes, method, statuses, ending: 'incomplete' };
}
