/**
 * Golden files: `<area>/<sentence>.yaml` holds input documents, a line `# Output`, and what translation makes of them:
 * statuses and tables together, so that a route cannot have a wrong status and right traffic, or the reverse, unnoticed.
 *
 * Before a file's own documents come those of `_defaults.yaml`, of this folder and of the file's; an own document replaces
 * a default one of the same kind and name. A document `options:` holds translation options. `UPDATE_GOLDEN=1` writes the
 * outputs; then read them.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { expect, test } from 'vitest';
import { Document, isCollection, isPair, visit } from 'yaml';
import type { RoutingTable } from '../../src/ir/table.ts';
import { type Translation, translate } from '../../src/translate/index.ts';
import { goldenFiles, readInput, SEPARATOR } from './input.ts';

const ROOT = import.meta.dirname;

/** Without key material, certificates of authorities, empty collections, and the long status of a GatewayClass that is only a default. */
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
  const entries = Object.entries(withoutAuthorities({ ...table, certificates }));
  return Object.fromEntries(entries.filter(([, value]) => typeof value === 'string' || Object.keys(value).length > 0));
}

/** The certificates by which others are judged, as the first digits of their hashes. */
function withoutAuthorities(table: object): object {
  const text = JSON.stringify(table, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith('-----BEGIN CERTIFICATE-----')
      ? `<certificate ${createHash('sha256').update(value).digest('hex').slice(0, 8)}>`
      : value,
  );
  return JSON.parse(text) as object;
}

const files = goldenFiles();

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
