/**
 * `npm run crds`: writes the CustomResourceDefinitions of our kinds, once to apply (crds/) and once for the chart, where Helm
 * is told to keep them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { crd } from '../src/api/policy/crd/crd.ts';
import { OWN_KINDS } from '../src/api/policy/kinds.ts';
import { OWN_GROUP } from '../src/api/policy/value.ts';

export const ROOT = resolve(import.meta.dirname, '..');

const NOTE = '# Made by `npm run crds` from src/api/policy.\n';

/** Path from the root of the repository → content. */
export function crdFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const definition of OWN_KINDS) {
    const object = crd(definition);
    const name = `${OWN_GROUP}_${definition.plural}.yaml`;
    const { name: id, labels } = object.metadata;
    const kept = { name: id, labels, annotations: { 'helm.sh/resource-policy': 'keep' } };
    files.set(`crds/${name}`, NOTE + yaml(object));
    files.set(`charts/headgate/crd-files/${name}`, NOTE + yaml({ ...object, metadata: kept }));
  }
  return files;
}

function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}

if (import.meta.main) {
  for (const [path, content] of crdFiles()) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), content);
  }
}
