/** What is wrong in a folder of manifests, and where. Written as `file:line field: what is wrong, what is allowed`. */

export type Place = {
  /** As the user named it: the `-f` argument, joined with the name inside the folder. */
  readonly file: string;
  /** Counted from 1; 0 when the problem is the file itself. */
  readonly line: number;
};

export type ObjectName = { readonly kind: string; readonly namespace: string; readonly name: string };

export type Problem = Place & {
  /** A warning costs nothing its effect: the document is served, or is none of Headgate's business. */
  readonly severity: 'error' | 'warning';
  /** Such as `spec.rules[0].matches[1].path.value`; `''` when the whole document is meant. */
  readonly field: string;
  readonly message: string;
  /** Null when the document does not say which object it is. */
  readonly object: ObjectName | null;
  /** The object is still served as it was when it was last right. */
  readonly lastGoodServes: boolean;
  /** The object protects, and nothing is known of it but what it is for: requests to that are not served. */
  readonly closes: boolean;
};

/** `HTTPRoute shop/cart`, or `GatewayClass headgate` for an object without namespace. */
export function nameOf(object: ObjectName): string {
  return `${object.kind} ${object.namespace === '' ? '' : `${object.namespace}/`}${object.name}`;
}

export function formatProblem(problem: Problem): string {
  const place = problem.line === 0 ? problem.file : `${problem.file}:${problem.line}`;
  const field = problem.field === '' ? '' : ` ${problem.field}`;
  const notes: string[] = [];
  if (problem.object !== null) notes.push(nameOf(problem.object));
  if (problem.lastGoodServes) notes.push('its last good version keeps serving');
  if (problem.closes) notes.push('what it is for is closed until it is right');
  const note = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
  const severity = problem.severity === 'warning' ? ' warning:' : '';
  return `${place}${severity}${field}: ${problem.message}${note}`;
}
