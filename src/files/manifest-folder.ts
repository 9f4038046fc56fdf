/**
 * The standalone source: files and folders of manifests → the Resources that a cluster would hold. A bad document costs no
 * other document anything, and what was right before keeps serving until it is right again or deleted. Objects, collections and
 * the whole keep their identity between loads while they do not change.
 */
import { relative } from 'node:path';
import { setImmediate as pause } from 'node:timers/promises';
import type { EndpointSlice } from '../api/core/endpoint-slice.ts';
import type { Namespace } from '../api/core/namespace.ts';
import type { Service } from '../api/core/service.ts';
import { COLLECTION_OF, noResources, type Resource, type Resources } from '../api/resources.ts';
import { fieldOf } from '../api/schema/issue.ts';
import { endpointSlicesOf } from './endpoints-annotation.ts';
import { type Manifest, readManifests } from './manifest.ts';
import { nameOf, type ObjectName, type Place, type Problem } from './problem.ts';
import { type Scan, scan } from './scan.ts';
import { implicitNamespace, namespaceOf, stamp } from './server-set.ts';
import { FileTexts } from './text.ts';
import { lineOfField, type Piece, splitDocuments } from './yaml.ts';

export type Load = {
  readonly resources: Resources;
  /** In the order of files and lines. */
  readonly problems: readonly Problem[];
  /** Where each served object was read, by `nameOf`. Implied objects (Namespaces, annotated endpoints) have no place. */
  readonly places: ReadonlyMap<string, Place>;
  /** Names (`nameOf`) of what differs from the load before. */
  readonly changes: Changes;
};

export type Changes = {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
};

type Live = {
  readonly name: ObjectName;
  readonly parsed: Resource;
  readonly resource: Resource;
  readonly place: Place;
};
/** The first document that declares an object; `resource` is null when it is bad, and `closing` may then stand in for it. */
type Claim = {
  readonly name: ObjectName;
  readonly resource: Resource | null;
  readonly closing: Resource | null;
  readonly place: Place;
};

/** Milliseconds of reading without a pause. */
const SLICE = 8;

export class ManifestFolder {
  readonly #paths: readonly string[];
  readonly #recursive: boolean;
  readonly #texts = new FileTexts();
  #manifests = new Map<string, readonly Manifest[]>();
  #live = new Map<string, Live>();
  #slices = new WeakMap<Service, readonly EndpointSlice[]>();
  #namespaces = new Map<string, Namespace>();
  #resources: Resources = noResources();
  #warned = new Set<string>();

  /** `paths` are files or folders, as given to `-f`. */
  constructor(paths: readonly string[], recursive: boolean) {
    this.#paths = paths;
    this.#recursive = recursive;
  }

  /** Reads everything that changed since the last load. Never throws: what cannot be read is a problem. */
  load(found: Scan = scan(this.#paths, this.#recursive)): Load {
    const steps = this.#read(found);
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
    }
  }

  /** The same, with pauses in which the process does other things. Must not be called again before it resolves. */
  async loadSliced(found: Scan): Promise<Load> {
    const steps = this.#read(found);
    let start = performance.now();
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      if (performance.now() - start < SLICE) continue;
      await pause();
      start = performance.now();
    }
  }

  /** Yields where it may be interrupted. */
  *#read(found: Scan): Generator<void, Load> {
    const problems: Problem[] = [];
    const claims = new Map<string, Claim>();
    /** Files and folders that hold objects nobody can tell: what was read there before must not count as deleted. */
    const opaque: string[] = [];

    for (const { path, reason } of found.unreadable) {
      opaque.push(path);
      problems.push(fileProblem(path, `cannot be read: ${reason}`));
    }
    const manifests = new Map<string, readonly Manifest[]>();
    for (const [file, { text, error }] of this.#texts.read(found.files)) {
      if (error !== null) {
        opaque.push(file);
        problems.push(fileProblem(file, error));
        continue;
      }
      for (const piece of splitDocuments(text)) {
        const read = this.#manifests.get(piece.text) ?? manifests.get(piece.text) ?? readManifests(piece.text);
        manifests.set(piece.text, read);
        for (const manifest of read) this.#take(manifest, file, piece, claims, opaque, problems);
        yield;
      }
    }
    this.#manifests = manifests;

    const live = this.#settle(claims, opaque);
    const changes = changesBetween(this.#live, live);
    this.#live = live;
    this.#resources = this.#collect(live);
    return {
      resources: this.#resources,
      problems: problems.map((problem) => this.#withEffect(problem, claims)),
      places: new Map([...live].map(([name, { place }]) => [name, place])),
      changes,
    };
  }

  #take(
    manifest: Manifest,
    file: string,
    piece: Piece,
    claims: Map<string, Claim>,
    opaque: string[],
    problems: Problem[],
  ): void {
    const { object, resource, closing, foreign } = manifest;
    const place = { file, line: piece.line + manifest.line };
    if (foreign === null || !this.#warned.has(foreign)) {
      if (foreign !== null) this.#warned.add(foreign);
      for (const { severity, document, path, line, message } of manifest.findings) {
        const at = piece.line + (line ?? lineOfField(piece.text, document, path));
        problems.push({
          severity,
          file,
          line: at,
          field: fieldOf(path),
          message,
          object,
          lastGoodServes: false,
          closes: false,
        });
      }
    }
    if (foreign !== null) return;
    if (object === null) {
      opaque.push(file);
      return;
    }
    const name = nameOf(object);
    const first = claims.get(name);
    if (first === undefined || (first.resource === null && this.#live.get(name)?.place.file !== first.place.file)) {
      claims.set(name, { name: object, resource, closing, place });
    }
    if (first !== undefined) {
      const message = `is declared a second time, the first is at ${first.place.file}:${first.place.line}; remove one of them`;
      const field = 'metadata.name';
      problems.push({ severity: 'error', ...place, field, message, object, lastGoodServes: false, closes: false });
    }
  }

  /** What is served: what is good now, and the last good version of what is not. */
  #settle(claims: ReadonlyMap<string, Claim>, opaque: readonly string[]): Map<string, Live> {
    const live = new Map<string, Live>();
    for (const [name, claim] of claims) {
      const before = this.#live.get(name);
      const wasGood = before !== undefined && !isClosing(before.resource);
      const parsed = claim.resource ?? (wasGood ? null : claim.closing);
      if (parsed === null) {
        if (wasGood) live.set(name, before);
      } else if (before?.parsed === parsed) {
        live.set(name, samePlace(before.place, claim.place) ? before : { ...before, place: claim.place });
      } else {
        const resource = stamp(parsed, before?.resource ?? null);
        live.set(name, { name: claim.name, parsed, resource, place: claim.place });
      }
    }
    for (const [name, before] of this.#live) {
      if (live.has(name)) continue;
      if (opaque.some((path) => isWithin(path, before.place.file))) live.set(name, before);
    }
    return live;
  }

  #collect(live: ReadonlyMap<string, Live>): Resources {
    const all = noResources();
    const used = new Set<string>();
    const declared = new Set<string>();
    for (const { resource } of live.values()) {
      (all[COLLECTION_OF[resource.kind]] as Resource[]).push(resource);
      if (resource.kind === 'Namespace') declared.add(resource.metadata.name);
      else if (namespaceOf(resource) !== '') used.add(namespaceOf(resource));
    }
    for (const service of all.services) {
      const slices = this.#slices.get(service) ?? endpointSlicesOf(service);
      this.#slices.set(service, slices);
      all.endpointSlices.push(...slices);
    }
    for (const name of used) {
      if (declared.has(name)) continue;
      const namespace = this.#namespaces.get(name) ?? implicitNamespace(name);
      this.#namespaces.set(name, namespace);
      all.namespaces.push(namespace);
    }
    return keepIdentity(this.#resources, all);
  }

  #withEffect(problem: Problem, claims: ReadonlyMap<string, Claim>): Problem {
    if (problem.severity !== 'error' || problem.object === null) return problem;
    const name = nameOf(problem.object);
    const live = this.#live.get(name);
    if (claims.get(name)?.resource !== null || live === undefined) return problem;
    const closes = isClosing(live.resource);
    return { ...problem, lastGoodServes: !closes, closes };
  }
}

/** Whether an object only stands in for one that nobody can read. */
function isClosing(resource: Resource): boolean {
  return 'unreadable' in resource;
}

function fileProblem(file: string, message: string): Problem {
  return { severity: 'error', file, line: 0, field: '', message, object: null, lastGoodServes: false, closes: false };
}

/** Whether `file` is `path`, or in the folder that `path` is. */
function isWithin(path: string, file: string): boolean {
  const way = relative(path, file);
  return way !== '..' && !way.startsWith('../');
}

function samePlace(a: Place, b: Place): boolean {
  return a.file === b.file && a.line === b.line;
}

function changesBetween(from: ReadonlyMap<string, Live>, to: ReadonlyMap<string, Live>): Changes {
  const added: string[] = [];
  const changed: string[] = [];
  for (const [name, { resource }] of to) {
    const before = from.get(name);
    if (before === undefined) added.push(name);
    else if (before.resource !== resource) changed.push(name);
  }
  return { added, changed, removed: [...from.keys()].filter((name) => !to.has(name)) };
}

function keepIdentity(before: Resources, after: Resources): Resources {
  const names = Object.keys(after) as (keyof Resources)[];
  const kept = Object.fromEntries(
    names.map((name) => [name, sameItems(before[name], after[name]) ? before[name] : Object.freeze(after[name])]),
  ) as Resources;
  return names.every((name) => kept[name] === before[name]) ? before : Object.freeze(kept);
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
