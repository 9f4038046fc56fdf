/** `Claims[sub] > value[1] > |` */
import type { Node } from '../core/node.ts';

export type ClaimSource = {
  readonly claim: string;
  readonly split?: { readonly delimiter: string; readonly index: number };
};

const CLAIM = /^\s*Claims\[([^\]]+)\]\s*>\s*value(?:\[(\d+)\])?\s*(?:>\s*(.+?)\s*)?$/;

/** Null, with a verdict, for what is no such thing. */
export function claimOf(node: Node): ClaimSource | null {
  const match = CLAIM.exec(node.text);
  if (match === null) {
    node.unsupported('not of the form Claims[name] > value[index] > delimiter');
    return null;
  }
  const [, claim, index, delimiter] = match;
  if (index === undefined) return { claim: claim! };
  if (delimiter !== undefined && delimiter.length > 1) {
    node.different('the delimiter is taken as a whole, not for one of its characters');
  }
  return { claim: claim!, split: { delimiter: delimiter ?? ' ', index: Number(index) } };
}

/** The fields of a map of claims, as `{ name, from }`. */
export function claimsOf(map: Node | null, what: string): { readonly name: string; readonly from: ClaimSource }[] {
  return (map?.fields() ?? []).flatMap(({ name, node }) => {
    const from = claimOf(node);
    if (from !== null) node.translated(what);
    return from === null ? [] : [{ name, from }];
  });
}
