import type { HeaderPlan } from '../filter/plan.ts';
import { CONNECTION, HOST_FIELD } from '../http1/known-field.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { MessageWriter } from '../http1/writer.ts';
import { writePlan } from './request-writer.ts';

/** What becomes of a request line; null: as it is. A query begins with `?` or is `''`. */
export type RevisedLine = {
  readonly method: string | null;
  readonly path: string | null;
  readonly query: string | null;
};

/**
 * Makes the request that filters have made of a request the request itself, so that whatever looks at it next (another
 * filter, the matches of rules, a backend) sees no other. Host, version and framing stay: they are the connection's. False,
 * and nothing is changed, for what cannot be a request, such as one whose head is too large.
 */
export function reviseHead(head: RequestHead, line: RevisedLine, plan: HeaderPlan, writer: MessageWriter): boolean {
  const { fields } = head;
  writer.reset();
  writer.text(line.method ?? head.method);
  writer.text(` ${line.path ?? head.path}${line.query ?? head.query} HTTP/1.${head.minor}\r\n`);
  let count = plan.lines.length;
  // A target in absolute form has had the last word about the host; its form is not kept.
  if (fields.has(HOST_FIELD) || head.target.hasAuthority) {
    writer.text(`Host: ${head.target.hasAuthority ? head.authority : ''}\r\n`);
    count++;
  }
  for (let index = 0; index < fields.count; index++) {
    const id = fields.id(index);
    if (id === HOST_FIELD || isDropped(plan, fields.name(index))) continue;
    if (id === CONNECTION) writer.text(`Connection: ${withoutAdded(fields.value(index), plan)}\r\n`);
    else writer.bytes(fields.buffer, fields.lineStart(index), fields.lineEnd(index));
    count++;
  }
  writePlan(writer, plan);
  writer.text('\r\n');
  const revised = writer.copy();
  writer.reset();
  return head.revise(revised, count);
}

function isDropped({ drop }: HeaderPlan, name: string): boolean {
  return drop.length > 0 && drop.includes(name.toLowerCase());
}

/** The client's word that a field ends at this hop (RFC 9110 section 7.6.1) is about its own fields, not about a filter's. */
function withoutAdded(options: string, { lines }: HeaderPlan): string {
  if (lines.length === 0) return options;
  const added = new Set(lines.map(({ name }) => name.toLowerCase()));
  const kept = options.split(',').filter((option) => !added.has(option.trim().toLowerCase()));
  return kept.join(',').trim();
}
