/** Revisions of a table, and what differs between two of them, for people. */
import type { EntryChange, FieldChange } from '../controller/changes.ts';
import type { ShownDiff, ShownHistory, ShownRevision } from '../controller/source.ts';
import { printable, table } from './table.ts';

/** Digits of a revision that are shown; as many name it. */
const DIGITS = 12;
/** Keys that are shown of a revision. */
const MOST_KEYS = 3;
/** Characters that are shown of a value. */
const MOST_VALUE = 200;

export function shortRevision(revision: string): string {
  return revision.slice(0, DIGITS);
}

/** Without the revisions in which only endpoints changed, but for the one that is served: its place tells what is not. */
export function withoutEndpointsOnly(history: ShownHistory): ShownHistory {
  const isShown = ({ endpointsOnly, revision }: ShownRevision) => !endpointsOnly || revision === history.published;
  return { ...history, revisions: history.revisions.filter(isShown) };
}

export function historyText(history: ShownHistory): string {
  const rows = history.revisions.map((one) => [
    one.at.replace(/\.\d+Z$/, 'Z'),
    shortRevision(one.revision),
    noteOf(one, history),
    changedText(one),
  ]);
  const shown = table(['PUBLISHED', 'REVISION', 'STATE', 'CHANGED'], rows);
  if (history.pinned === null) return shown;
  const { revision, at } = history.pinned;
  const pinned = `pinned to revision ${shortRevision(revision)} since ${at}`;
  return `${shown}\nGateway ${history.gateway} is ${pinned}; configured is ${shortRevision(history.configured)}.\n`;
}

function noteOf({ revision }: ShownRevision, { published, configured, pinned }: ShownHistory): string {
  const notes: string[] = [];
  if (revision === published) notes.push('served');
  if (revision === pinned?.revision) notes.push('pinned');
  if (revision === configured && published !== configured) notes.push('configured');
  return notes.join(', ');
}

function changedText({ changed }: ShownRevision): string {
  if (changed === null) return 'the first that is known';
  return Object.entries(changed)
    .map(([collection, keys]) => {
      const more = keys.length > MOST_KEYS ? ` and ${keys.length - MOST_KEYS} more` : '';
      return `${collection}: ${keys.slice(0, MOST_KEYS).map(shortKey).join(', ')}${more}`;
    })
    .join('; ');
}

/** The key of a certificate is a long hash. */
function shortKey(key: string): string {
  return key.replace(/^(sha256\/[0-9a-f]{12})[0-9a-f]+$/, '$1');
}

const SIGN = { added: '+', removed: '-', changed: '~' } as const;

export function diffText({ gateway, from, to, changes }: ShownDiff): string {
  const head = `Gateway ${gateway}, from revision ${shortRevision(from)} to ${shortRevision(to)}`;
  if (changes.length === 0) return `${head}: nothing differs\n`;
  return `${head}\n\n${changes.map(entryText).join('')}`;
}

function entryText({ collection, key, change, fields }: EntryChange): string {
  return `${printable(`${SIGN[change]} ${collection} ${key}`)}\n${fields.map(fieldText).join('')}`;
}

function fieldText({ path, from, to }: FieldChange): string {
  return `${printable(`    ${path}: ${valueText(from)} -> ${valueText(to)}`)}\n`;
}

function valueText(value: unknown): string {
  const text = value === undefined ? '(not there)' : JSON.stringify(value);
  return text.length > MOST_VALUE ? `${text.slice(0, MOST_VALUE)}...` : text;
}
