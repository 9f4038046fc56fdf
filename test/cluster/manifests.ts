import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { isKnownKind } from '../../src/api/resources.ts';
import type { Json } from './api-server.ts';

/** The documents of a YAML file. */
export function documents(file: string): Json[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).flatMap((document) => {
    const value = document.toJS() as Json | null;
    return value === null ? [] : [value];
  });
}

/** Every document of a kind that there is a schema for, in the YAML files of a folder and of those in it. */
export function manifests(folder: string): Json[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap((name) => documents(join(folder, name)))
    .filter(({ kind }) => typeof kind === 'string' && isKnownKind(kind));
}
