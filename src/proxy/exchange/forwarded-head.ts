/** A request as a backend would get it. */
export type ForwardedHead = {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  /** With its `?`, or `''`. */
  readonly query: string;
  /** `''` for none. */
  readonly host: string;
  /** Without Host and those that frame the message. */
  readonly fields: readonly (readonly [name: string, value: string])[];
};

const FRAMING: ReadonlySet<string> = new Set(['connection', 'content-length', 'te', 'transfer-encoding', 'upgrade']);

/** Reads a head that we wrote ourselves (request-writer.ts). */
export function forwardedHead(text: string): ForwardedHead {
  const [line, ...lines] = text.split('\r\n');
  const [method, target] = line!.split(' ') as [string, string];
  const question = target.indexOf('?');
  let host = '';
  const fields: [string, string][] = [];
  for (const each of lines) {
    const colon = each.indexOf(':');
    if (colon === -1) continue;
    const name = each.slice(0, colon);
    const value = each.slice(colon + 1).trim();
    const lower = name.toLowerCase();
    if (lower === 'host') host = value;
    else if (!FRAMING.has(lower)) fields.push([name, value]);
  }
  return {
    method,
    path: question === -1 ? target : target.slice(0, question),
    query: question === -1 ? '' : target.slice(question),
    host,
    fields,
  };
}

/** The same fields without some, named in lower case. */
export function without(fields: ForwardedHead['fields'], names: ReadonlySet<string>): [string, string][] {
  return fields.filter(([name]) => !names.has(name.toLowerCase())).map(([name, value]) => [name, value]);
}
