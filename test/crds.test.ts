import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { crdFiles, ROOT } from '../deploy/crds.ts';
import { structural } from '../src/api/policy/crd/schema.ts';

test('the CustomResourceDefinitions are those of the schemas: run `npm run crds`', () => {
  const files = crdFiles();
  for (const [path, content] of files) expect(readFileSync(join(ROOT, path), 'utf8'), path).toBe(content);
  for (const folder of ['crds', 'charts/headgate/crd-files']) {
    const wanted = [...files.keys()].filter((path) => path.startsWith(`${folder}/`));
    expect(readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`)).toEqual(wanted);
  }
});

test('a schema that has no structural form is refused with its place', () => {
  const union = z.object({ a: z.object({ b: z.union([z.string(), z.object({ c: z.string() })]) }) });
  expect(() => structural(union)).toThrow('schema.a.b has no structural schema');
});
