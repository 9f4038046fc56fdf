/** What `standalone` tells its user: everything at the start, and afterwards only what is new. */

import type { Changes, Load } from '../../files/manifest-folder.ts';
import { formatProblem } from '../../files/problem.ts';
import type { ObjectStatus, Translation } from '../../translate/index.ts';
import { faultLines, objectName, statusTable } from '../print/status.ts';
import { placeText, unserved } from '../source.ts';

/** As many names are written out. */
const MOST_NAMES = 5;

export class Report {
  #faults = new Set<string>();

  /** The statuses of every object, and what is wrong. */
  start(load: Load, translation: Translation, shown: readonly ObjectStatus[]): string[] {
    const faults = faultsOf(load, translation);
    this.#faults = new Set(faults);
    return [statusTable(shown).trimEnd(), ...faults];
  }

  /** What a reload changed, what is wrong since then, and what is not any more. */
  reload(load: Load, translation: Translation): string[] {
    const before = this.#faults;
    const faults = faultsOf(load, translation);
    this.#faults = new Set(faults);
    return [
      changesLine(load.changes),
      ...faults.filter((fault) => !before.has(fault)),
      ...[...before].filter((fault) => !this.#faults.has(fault)).map((fault) => `mended: ${fault}`),
    ].filter((line) => line !== '');
  }
}

function faultsOf(load: Load, translation: Translation): string[] {
  return [
    ...load.problems.map(formatProblem),
    ...faultLines(translation.statuses, (object) => placeText(load.places, object)),
    ...unserved(load.resources, translation).map(
      (one) => `${placeText(load.places, one)} ${one.kind} ${objectName(one)} is not served: ${one.message}`,
    ),
  ];
}

/** `reloaded: HTTPRoute shop/cart changed, Service shop/cart and 3 more added`, or `''` when nothing did. */
export function changesLine({ added, changed, removed }: Changes): string {
  const parts: string[] = [];
  for (const [names, verb] of [
    [added, 'added'],
    [changed, 'changed'],
    [removed, 'removed'],
  ] as const) {
    if (names.length === 0) continue;
    const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
    parts.push(`${names.slice(0, MOST_NAMES).join(', ')}${more} ${verb}`);
  }
  return parts.length === 0 ? '' : `reloaded: ${parts.join('; ')}`;
}
