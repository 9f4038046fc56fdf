import type { AggregatePart } from '../../../ir/aggregate.ts';

/** Compact JSON of a part, or null for one that failed. */
export type PartBody = string | null;

/** Null: a part that must not fail has failed, or the answer would be longer than `max` bytes. */
export function combine(parts: readonly AggregatePart[], bodies: readonly PartBody[], max: number): Buffer | null {
  const members: string[] = [];
  let length = 2;
  for (const [index, part] of parts.entries()) {
    const member = memberOf(part, bodies[index]!);
    if (member === null) return null;
    if (member === '') continue;
    length += Buffer.byteLength(member) + 1;
    if (length > max + 1) return null;
    members.push(member);
  }
  return Buffer.from(`{${members.join(',')}}`);
}

function memberOf({ key, onError }: AggregatePart, body: PartBody): string | null {
  if (body !== null) return `${JSON.stringify(key)}:${body}`;
  if (onError === 'Fail') return null;
  return onError === 'Null' ? `${JSON.stringify(key)}:null` : '';
}
