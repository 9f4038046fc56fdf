import type { Json } from '../api-server.ts';

/** A rule of a schema, with a document that keeps it and one that breaks it, and nothing else. */
export type Case = {
  readonly rule: string;
  readonly valid: Json;
  readonly invalid: Json;
  /** The one fault of the invalid document, as `field: message`. */
  readonly says: string;
};

/**
 * Writes the cases of one kind as [rule, what is valid, what is invalid, the fault].
 *
 * @param document makes the document around the part that the cases are about
 */
export function cases<T>(document: (part: T) => Json, rows: readonly (readonly [string, T, T, string])[]): Case[] {
  return rows.map(([rule, valid, invalid, says]) => ({
    rule,
    valid: document(valid),
    invalid: document(invalid),
    says,
  }));
}

/** `count` items made from their index. */
export function times<T>(count: number, item: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => item(index));
}

export function gatewayObject(kind: string, spec: unknown): Json {
  return { apiVersion: 'gateway.networking.k8s.io/v1', kind, metadata: { name: 'case' }, spec };
}
