import type { Compression } from '../../ir/compression.ts';
import type { Filter } from '../../ir/filter.ts';
import { ORDER, PASS, type Stage } from '../policy/stage.ts';
import type { Visit } from '../policy/visit.ts';
import { ResponseCoding } from './response-coding.ts';

/** Compression: whoever sends the response finds in the visit what it may be coded in. */
class CompressionStage implements Stage {
  readonly order = ORDER.coding;
  readonly bodyLimit = 0;
  readonly letsGo = true;
  private readonly coding: ResponseCoding;

  constructor(compression: Compression) {
    this.coding = new ResponseCoding(compression);
  }

  enter(visit: Visit): number {
    visit.coding = this.coding;
    return PASS;
  }
}

export function compressionStage(filter: Filter): Stage {
  return new CompressionStage(filter as Compression);
}
