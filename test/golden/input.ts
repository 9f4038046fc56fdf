import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { COLLECTION_OF, noResources, parseResource, type Resource, type Resources } from '../../src/api/resources.ts';
import { DEFAULT_OPTIONS, type TranslateOptions } from '../../src/translate/index.ts';

const ROOT = import.meta.dirname;

/** Between the input documents of a golden file and what translation makes of them. */
export const SEPARATOR = '\n# Output\n';

/** All golden files, sorted. */
export function goldenFiles(): string[] {
  return readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml') && !name.endsWith('_defaults.yaml'))
    .map((name) => join(ROOT, name))
    .sort();
}

export type Input = {
  readonly own: ReadonlySet<string>;
  readonly resources: Resources;
  readonly options: TranslateOptions;
};

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

export function keyOf({ kind, metadata }: Resource): string {
  return `${kind}/${'namespace' in metadata ? metadata.namespace : ''}/${metadata.name}`;
}

/** `text` is the file's part before the separator. A document with a fault, or with a field of no meaning, is an error. */
export function readInput(file: string, text: string): Input {
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
