const PREFIX = 'metadata.headgate.dev/';

type Labelled = {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
};

/** What a route says of itself to whoever reads logs, reports and spans; null: nothing. An annotation goes before a label. */
export function routeMetadata({ labels = {}, annotations = {} }: Labelled): Readonly<Record<string, string>> | null {
  const found: [string, string][] = [];
  for (const [key, value] of Object.entries({ ...labels, ...annotations })) {
    if (key.startsWith(PREFIX)) found.push([key.slice(PREFIX.length), value]);
  }
  return found.length === 0 ? null : Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}
