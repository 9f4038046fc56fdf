/** A policy or filter of a kind, on a route of its own. */
export type PolicyCase = {
  /** Also of the route, and of its host below `.bench.example`. */
  readonly name: string;
  readonly title: string;
  /** Objects beside the route; a policy targets the HTTPRoute or the Service that has the name of the case. */
  readonly objects: (name: string) => readonly string[];
  /** Filters of the route's rule. */
  readonly filters?: string;
  /** Of the route's rule, in place of the Service of the plain route. There is a Service that has the name of the case. */
  readonly backendRefs?: string;
  /** Field lines of every request, with the policy and without. */
  readonly fields?: readonly string[];
  /** Last segment of the path. */
  readonly answer?: 'page' | 'small';
  /** Microseconds of CPU that it may cost a request; null: not bounded. */
  readonly limit: number | null;
  /** How an answer tells that the policy holds. */
  readonly shows?: Sign;
};

type Sign = {
  /** Of a request without `fields`, or from the loopback address `from`; 200 when nothing is said. */
  readonly status?: number;
  readonly from?: string;
  /** A field of the answer, and what its value begins with. */
  readonly field?: readonly [name: string, start: string];
  /** What the body is; the small answer when nothing is said. */
  readonly body?: (body: Buffer) => boolean;
};
