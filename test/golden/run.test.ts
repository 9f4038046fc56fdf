/**
 * Golden files: `<area>/<sentence>.yaml` holds input documents, a line `# Output`, and what translation makes of them:
 * statuses and tables together, so that a route cannot have a wrong status and right traffic, or the reverse, unnoticed.
 *
 * Before a file's own documents come those of `_defaults.yaml`, of this folder and of the file's; an own document replaces
 * a default one of the same kind and name. A document `options:` holds translation options. `UPDATE_GOLDEN=1` writes the
 * outputs; then read them.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { Document, isCollection, isPair, parseAllDocuments, visit } from 'yaml';
import { COLLECTION_OF, noResources, parseResource, type Resource, type Resources } from '../../src/api/resources.ts';
import type { RoutingTable } from '../../src/ir/table.ts';
import { DEFAULT_OPTIONS, type TranslateOptions, type Translation, translate } from '../../src/translate/index.ts';

const ROOT = import.meta.dirname;
const SEPARATOR = '\n# Output\n';

type Input = { readonly own: ReadonlySet<string>; readonly resources: Resources; readonly options: TranslateOptions };

function documents(file: string, text: string): { resources: Resource[]; options: Partial<TranslateOptions> } {
  const resources: Resource[] = [];
  let options: Partial<TranslateOptions> = {};
  for (const document of parseAllDocuments(text)) {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0]!.message}`);
    const raw: unknown = document.toJS();
    if (raw === null) continue;
    if (typeof raw === 'object' && 'options' in raw) {
      options = { ...options, ...(raw.options as Partial<TranslateOptions>) };
      continue;
    }
    const parsed = parseResource(raw);
    const issues = parsed.ok ? parsed.warnings : parsed.issues;
    if (!parsed.ok || issues.length > 0) {
      throw new Error(`${file}: ${issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('\n')}`);
    }
    resources.push(parsed.resource);
  }
  return { resources, options };
}

function keyOf({ kind, metadata }: Resource): string {
  return `${kind}/${'namespace' in metadata ? metadata.namespace : ''}/${metadata.name}`;
}

function readInput(file: string, text: string): Input {
  const defaults = [...new Set([ROOT, dirname(file)])].map((folder) => join(folder, '_defaults.yaml'));
  const own = documents(file, text);
  const all = new Map<string, Resource>();
  let options = DEFAULT_OPTIONS;
  for (const each of defaults.filter((path) => existsSync(path))) {
    const found = documents(each, readFileSync(each, 'utf8'));
    for (const resource of found.resources) all.set(keyOf(resource), resource);
    options = { ...options, ...found.options };
  }
  for (const resource of own.resources) all.set(keyOf(resource), resource);
  const resources = noResources();
  for (const resource of all.values()) (resources[COLLECTION_OF[resource.kind]] as Resource[]).push(resource);
  return { own: new Set(own.resources.map(keyOf)), resources, options: { ...options, ...own.options } };
}

/** Without key material, empty collections, and the long status of a GatewayClass that is only a default. */
function show({ statuses, tables }: Translation, own: ReadonlySet<string>): string {
  const shown = {
    statuses: statuses.filter(
      ({ kind, namespace, name }) => kind !== 'GatewayClass' || own.has(`${kind}/${namespace}/${name}`),
    ),
    tables: tables.map(showTable),
  };
  const document = new Document(shown, { aliasDuplicateObjects: false });
  visit(document, {
    Collection: (_, node) => {
      node.flow = node.items.every((item) => !holdsCollection(item));
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** A condition, an endpoint or an attachment is one line. */
function holdsCollection(item: unknown): boolean {
  const value = isPair(item) ? item.value : item;
  return isCollection(value) && value.items.length > 0;
}

function showTable(table: RoutingTable): object {
  const certificates = Object.fromEntries(
    Object.entries(table.certificates).map(([key, certificate]) => [
      key,
      { ...certificate, chain: '<chain>', key: '<key>' },
    ]),
  );
  const entries = Object.entries({ ...table, certificates });
  return Object.fromEntries(entries.filter(([, value]) => typeof value === 'string' || Object.keys(value).length > 0));
}

const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml') && !name.endsWith('_defaults.yaml'))
  .map((name) => join(ROOT, name))
  .sort();

test('there are golden files', () => {
  expect(files.length).toBeGreaterThan(100);
});

test.each(files.map((file) => [relative(ROOT, file).replace(/\.yaml$/, ''), file]))('%s', (_name, file) => {
  const [input, expected = ''] = readFileSync(file, 'utf8').split(SEPARATOR) as [string, string?];
  const { own, resources, options } = readInput(file, input);
  const output = show(translate(resources, options), own);
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, `${input.trimEnd()}${SEPARATOR}${output}`);
  else expect(output).toBe(expected);
});
