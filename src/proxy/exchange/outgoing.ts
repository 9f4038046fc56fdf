import type { Exchange } from './exchange.ts';
import { writeRequestHead } from './request-writer.ts';

/** What a backend would be sent now for an exchange's request, in the form of a request of the proxy's own. */
export type Outgoing = {
  /** With its query. */
  readonly path: string;
  readonly host: string;
  /** Without Host and what is about one connection. */
  readonly fields: readonly (readonly [name: string, value: string])[];
};

const NOT_REPEATED = new Set(['host', 'connection', 'content-length', 'expect', 'te', 'transfer-encoding', 'upgrade']);

export function outgoingOf(exchange: Exchange): Outgoing {
  const { client, guard, request, route, runtime } = exchange;
  const { head } = client;
  const { visit } = guard;
  const { request: plan, rewrite } = route.ref!;
  const path = visit?.path ?? (rewrite === null ? head.path : rewrite.path(head.path, route.match!));
  const query = visit?.query ?? head.query;
  const hostname = visit?.hostname ?? rewrite?.hostname ?? null;
  const { writer } = runtime;
  writer.reset();
  const edited = visit === null ? plan : visit.request.after(plan);
  writeRequestHead(writer, head, null, path, query, hostname, '', edited, request.forwarding);
  const written = writer.copy();
  writer.reset();
  return { path: path + query, host: hostname ?? head.authority, fields: fieldsOf(written.toString('latin1')) };
}

/** The fields of a head that was just written, of which every line is a field's. */
function fieldsOf(head: string): [name: string, value: string][] {
  const lines = head.split('\r\n').slice(1, -2);
  return lines.flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    return NOT_REPEATED.has(name.toLowerCase()) ? [] : [[name, line.slice(colon + 1).trim()]];
  });
}
