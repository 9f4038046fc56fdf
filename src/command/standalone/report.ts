/** What `standalone` tells its user: everything at the start, and afterwards only what is new. */
import type { Changes, Load } from '../../files/manifest-folder.ts';
import { formatProblem } from '../../files/problem.ts';
import type { ObjectStatus, Translation } from '../../translate/index.ts';
import { faultLines, objectName, statusTable } from '../print/status.ts';
import { placeText, unserved } from '../source.ts';

/** As many names are written out. */
const MOST_NAMES = 5;
/** Statuses of more objects than this are counted, not printed. */
const MOST_OBJECTS = 100;

export class Report {
  #faults: ReadonlySet<string> = new Set();
  /** Warnings are said once and never taken back: not all of them come again. */
  #warned = new Set<string>();

  /** How much is wrong now; warnings do not count. */
  get faults(): number {
    return this.#faults.size;
  }

  /** The statuses of every object, and what is wrong. */
  start(load: Load, translation: Translation, shown: readonly ObjectStatus[]): string[] {
    return [statusText(shown), ...this.#news(load, translation)];
  }

  /** What a reload changed, what is wrong since then, and what is not any more. */
  reload(load: Load, translation: Translation): string[] {
    const before = this.#faults;
    const news = this.#news(load, translation);
    const mended = [...before].filter((fault) => !this.#faults.has(fault)).map((fault) => `mended: ${fault}`);
    return [changesLine(load.changes), ...news, ...mended].filter((line) => line !== '');
  }

  #news(load: Load, translation: Translation): string[] {
    const before = this.#faults;
    const warnings = load.problems.filter(({ severity }) => severity === 'warning').map(formatProblem);
    const faults = faultsOf(load, translation);
    const news = [
      ...warnings.filter((warning) => !this.#warned.has(warning)),
      ...faults.filter((fault) => !before.has(fault)),
    ];
    this.#faults = new Set(faults);
    for (const warning of warnings) this.#warned.add(warning);
    return news;
  }
}

function statusText(statuses: readonly ObjectStatus[]): string {
  if (statuses.length === 0) return 'there is nothing to serve: no GatewayClass of Headgate, no Gateway';
  if (statuses.length <= MOST_OBJECTS) return statusTable(statuses).trimEnd();
  const gateways = statuses.filter(({ kind }) => kind === 'Gateway');
  const more = `... and ${statuses.length - gateways.length} other objects, /status has all of them`;
  return [statusTable(gateways).trimEnd(), more].join('\n');
}

function faultsOf(load: Load, translation: Translation): string[] {
  return [
    ...load.problems.filter(({ severity }) => severity === 'error').map(formatProblem),
    ...faultLines(translation.statuses, (object) => placeText(load.places, object)),
    ...unserved(load.resources, translation).map(
      (one) => `${placeText(load.places, one)} ${one.kind} ${objectName(one)} is not served: ${one.message}`,
    ),
  ];
}

/** `reloaded: HTTPRoute shop/cart changed; Service shop/cart added`, or `''` when nothing did. */
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
