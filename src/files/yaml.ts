/** YAML text → plain values, read as kubectl reads it, with bounds, and with a way back from a field to its line. */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type ScalarTag,
  type YAMLError,
} from 'yaml';
import type { FieldPath } from '../api/schema/issue.ts';

/** A part of a file that can be read by itself: usually one document. */
export type Piece = {
  readonly text: string;
  /** Line of the file on which `text` begins, counted from 1. */
  readonly line: number;
};

export type YamlDocument =
  | { readonly value: unknown; readonly line: number; readonly error: null }
  /** `value` holds what could be read in spite of the error, to tell which object it was meant to be. */
  | { readonly value: unknown; readonly line: number; readonly error: string };

/** How often anchors may be repeated in one document: real manifests repeat few, a "billion laughs" repeats many. */
const MAX_ALIASES = 100;

/** `yes`, `on` and so on are booleans in kubectl's YAML 1.1, so an unquoted one in a string field is an error there too. */
const YAML_1_1_BOOLEAN: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/,
  resolve: (text) => /^(?:y|yes|on)$/i.test(text),
};

function parse(text: string, lines: LineCounter): Document[] {
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    uniqueKeys: true,
    customTags: (tags) => [YAML_1_1_BOOLEAN, ...tags],
  });
  return Array.isArray(documents) ? documents : [];
}

/**
 * Splits at document markers, so that a document that did not change need not be parsed again. A `---` at the start of
 * a line is a marker wherever it stands (YAML 1.2 section 9.1.2), unlike `...` and `%` lines, whose files stay whole.
 */
export function splitDocuments(text: string): Piece[] {
  if (/^(?:%|\.\.\.(?:\s|$))/m.test(text)) return [{ text, line: 1 }];
  const pieces: Piece[] = [];
  let start = 0;
  let line = 1;
  const take = (end: number): void => {
    const piece = text.slice(start, end);
    if (/^(?!---\s*$)[ \t]*[^#\s]/m.test(piece)) pieces.push({ text: piece, line });
    for (let at = piece.indexOf('\n'); at !== -1; at = piece.indexOf('\n', at + 1)) line++;
    start = end;
  };
  for (const marker of text.matchAll(/^---(?=\s|$)/gm)) if (marker.index > 0) take(marker.index);
  take(text.length);
  return pieces;
}

/** Documents of a piece; `line` counts from 0 at the start of the piece. Empty documents are left out. */
export function parsePiece(text: string): YamlDocument[] {
  const lines = new LineCounter();
  let documents: Document[];
  try {
    documents = parse(text, lines);
  } catch (error) {
    return [{ value: null, line: 0, error: thrown(error) }];
  }
  return documents.flatMap((document) => read(document, lines));
}

function read(document: Document, lines: LineCounter): YamlDocument[] {
  const start = lineAt(lines, document.contents?.range?.[0] ?? document.range?.[0] ?? 0);
  const fault: YAMLError | undefined = document.errors[0] ?? document.warnings[0];
  let value: unknown = null;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    if (fault === undefined) return [{ value: null, line: start, error: thrown(error) }];
  }
  if (fault !== undefined) {
    return [{ value, line: lineAt(lines, fault.pos[0]), error: `not valid YAML: ${sentence(fault)}` }];
  }
  return value === null || value === undefined ? [] : [{ value, line: start, error: null }];
}

function sentence(fault: YAMLError): string {
  return fault.code === 'DUPLICATE_KEY'
    ? 'this key is there twice in the same mapping, each may be there once'
    : withoutText(fault.message);
}

/** Without what stands in the file, which may be a password: further lines, what comes behind a colon, tags and escapes. */
function withoutText(message: string): string {
  return message
    .replace(/\n[\s\S]*$/, '')
    .replace(/(?<=[\w)]):\s.*$/, '')
    .replace(/[!\\]\S*/g, '…');
}

function thrown(error: unknown): string {
  if (error instanceof RangeError) return 'not readable: it is nested too deeply';
  if (error instanceof ReferenceError && /alias count/i.test(error.message)) {
    return `not readable: its anchors are repeated too often, at most ${MAX_ALIASES} times are allowed`;
  }
  return `not valid YAML: ${withoutText(error instanceof Error ? error.message : String(error))}`;
}

function lineAt(lines: LineCounter, offset: number): number {
  return Math.max(0, lines.linePos(offset).line - 1);
}

/**
 * The line of a field in a piece, counted from 0, or that of its nearest ancestor that is written. `index` is the
 * number of the document among those that parsePiece returned. Parses again: only problems ask for it.
 */
export function lineOfField(text: string, index: number, path: FieldPath): number {
  const lines = new LineCounter();
  const documents = parse(text, lines).filter((document) => read(document, lines).length > 0);
  const document = documents[index];
  let node: unknown = document?.contents;
  let offset = document?.contents?.range?.[0] ?? 0;
  for (const part of path) {
    if (isAlias(node) && document !== undefined) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (pair === undefined) break;
      if (isNode(pair.key) && pair.key.range) offset = pair.key.range[0];
      node = pair.value;
    } else if (isSeq(node) && typeof part === 'number') {
      const item = node.items[part];
      if (!isNode(item)) break;
      if (item.range) offset = item.range[0];
      node = item;
    } else break;
  }
  return lineAt(lines, offset);
}
