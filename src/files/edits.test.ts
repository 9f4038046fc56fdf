import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Resources } from '../api/resources.ts';
import { ManifestFolder } from './manifest-folder.ts';

/** A document of a file: the object that it declares and a value of its content, or one that is broken. */
type Doc = { readonly name: string; readonly value: number; readonly state: 'good' | 'bad field' | 'not YAML' };
type Edit = { readonly file: string; readonly docs: readonly Doc[] | null };

const FILES = ['a.yaml', 'b.yaml', 'c.yaml'];

const doc: fc.Arbitrary<Doc> = fc.record({
  name: fc.constantFrom('one', 'two', 'three', 'four'),
  value: fc.integer({ min: 0, max: 3 }),
  state: fc.constantFrom('good', 'good', 'good', 'bad field', 'not YAML'),
});
const edit: fc.Arbitrary<Edit> = fc.record({
  file: fc.constantFrom(...FILES),
  docs: fc.option(fc.array(doc, { maxLength: 4 }), { freq: 4, nil: null }),
});

function text({ name, value, state }: Doc): string {
  if (state === 'not YAML') return `kind: [${value}\n`;
  const data = state === 'good' ? `'${value}'` : String(value);
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  value: ${data}\n`;
}

function values(resources: Resources): Record<string, string> {
  return Object.fromEntries(resources.configMaps.map(({ metadata, data }) => [metadata.name, data?.value ?? '']));
}

/** What must be served after the edits, by the rules of docs/standalone.md, in the plainest words. */
class Model {
  readonly files = new Map<string, readonly Doc[]>();
  served = new Map<string, { value: string; file: string }>();

  apply({ file, docs }: Edit): void {
    if (docs === null) this.files.delete(file);
    else this.files.set(file, docs);
    const next = new Map<string, { value: string; file: string }>();
    const docsInOrder = FILES.flatMap((name) => (this.files.get(name) ?? []).map((one) => ({ ...one, file: name })));
    for (const name of ['one', 'two', 'three', 'four']) {
      const before = this.served.get(name);
      const declared = docsInOrder.filter((one) => one.name === name && one.state !== 'not YAML');
      // A broken document decides only in the file that the object comes from; elsewhere it is an error and no more.
      const first = declared.find(({ state, file: from }) => state === 'good' || from === before?.file);
      const opaque = docsInOrder.some((one) => one.state === 'not YAML' && one.file === before?.file);
      if (first?.state === 'good') next.set(name, { value: String(first.value), file: first.file });
      else if (before !== undefined && (declared.length > 0 || opaque)) next.set(name, before);
    }
    this.served = next;
  }
}

test('after any edits, what is served is what the rules say, and what did not change is the same object', () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 12 }), (edits) => {
      const dir = mkdtempSync(join(tmpdir(), 'edits-'));
      try {
        const folder = new ManifestFolder([dir], false);
        const model = new Model();
        let before = folder.load().resources;
        for (const one of edits) {
          if (one.docs === null) rmSync(join(dir, one.file), { force: true });
          else writeFileSync(join(dir, one.file), one.docs.map(text).join('---\n'));
          model.apply(one);
          const { resources, changes } = folder.load();
          expect(values(resources)).toEqual(
            Object.fromEntries([...model.served].map(([name, { value }]) => [name, value])),
          );
          for (const configMap of resources.configMaps) {
            const old = before.configMaps.find(({ metadata }) => metadata.name === configMap.metadata.name);
            if (old?.data?.value === configMap.data?.value) expect(configMap).toBe(old);
            else expect(configMap.metadata.generation).toBe((old?.metadata.generation ?? 0) + 1);
          }
          if (changes.added.length + changes.changed.length + changes.removed.length === 0) {
            expect(values(before)).toEqual(values(resources));
          }
          before = resources;
        }
      } finally {
        rmSync(dir, { recursive: true });
      }
    }),
    { numRuns: 100 },
  );
});
