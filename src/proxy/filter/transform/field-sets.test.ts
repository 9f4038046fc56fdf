import { expect, test } from 'vitest';
import type { HeaderEdit, Part } from '../../../ir/transform.ts';
import { FieldSection } from '../../http1/field-section.ts';
import { Edits } from '../../policy/edits.ts';
import { EMPTY_PLAN } from '../header-modifier.ts';
import { FieldEdit } from './field-edit.ts';
import { FieldSets } from './field-sets.ts';
import { type Absence, DENIED, NOT_SENT, type ValuePart, type Values } from './values.ts';

const text = (value: string): Part => ({ from: 'text', text: value });
const header = (name: string, fallback: string | null = null): Part => ({ from: 'header', name, fallback });
const claim: Part = { from: 'claim', claim: { claim: 'sub', split: null, optional: false } };
const set = (name: string, ...value: Part[]): HeaderEdit => ({ action: 'set', name, value });
const edits = (...of: HeaderEdit[]) => of.map((edit) => new FieldEdit(edit, () => null));

/** The values of a client that sends one field and has no claims. */
const VALUES: Values = {
  of: (part: ValuePart): string | Absence => {
    if (part.from === 'claim') return DENIED;
    return part.from === 'header' && part.name === 'x-tenant' ? 'acme' : NOT_SENT;
  },
  ofPath: () => null,
};

/** What the edits do one after the other. */
function oneByOne(of: readonly FieldEdit[], to: Edits): Edits {
  for (const edit of of) edit.apply(to, VALUES, new FieldSection(Buffer.alloc(0)), EMPTY_PLAN);
  return to;
}

const seen = ({ drop, lines }: Edits) => ({ drop: [...drop], lines: lines.map(({ name, value }) => [name, value]) });

function before(): Edits {
  const some = new Edits();
  some.set('X-Tier', 'gold');
  some.add('X-Shop', 'old');
  some.remove('Cookie');
  return some;
}

test.each([
  [
    'what depends on the request',
    edits(set('X-Tenant-Is', header('x-tenant')), set('X-Shop', text('shop-'), header('x-tenant'))),
  ],
  [
    'what is left out',
    edits(set('X-None', header('x-absent')), set('X-Shop', text('1')), set('X-Other', header('x-no', 'other'))),
  ],
  ['what is always the same', edits(set('X-One', text('1')), set('X-Two', text('2')), set('X-Tier', text('3')))],
])('%s is set at once as it is one by one', (_, of) => {
  const sets = FieldSets.of(of)!;
  for (const start of [() => new Edits(), before]) {
    const at = start();
    expect(sets.apply(at, VALUES)).toBeNull();
    expect(seen(at)).toEqual(seen(oneByOne(of, start())));
  }
});

test('what must not be left out is told, and nothing is changed', () => {
  const at = before();
  expect(FieldSets.of(edits(set('X-One', text('1')), set('X-Who', claim)))!.apply(at, VALUES)).toBe(DENIED);
  expect(seen(at)).toEqual(seen(before()));
});

test.each([
  ['nothing', []],
  ['the same field twice', edits(set('X-A', text('1')), set('x-a', text('2')))],
  ['a field that is made of another one', edits(set('X-A', text('1')), set('X-B', header('x-a')))],
  ['a field that is made of itself', edits(set('X-A', header('x-a'), text('!')))],
  ['a field that is removed', edits(set('X-A', text('1')), { action: 'remove', name: 'X-B' })],
  ['a field that is added', edits({ action: 'add', name: 'X-A', value: [text('1')] })],
  ['what is no field', edits(set('Host', text('a')))],
])('%s is not set at once', (_, of) => {
  expect(FieldSets.of(of)).toBeNull();
});
