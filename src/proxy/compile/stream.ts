import type { Failure, Stream } from '../../ir/table.ts';
import type { StreamSeries } from '../stream/series.ts';
import type { Split } from './compiled.ts';
import { WeightedSplit } from './split.ts';

/** One backend of a stream. */
export type StreamBackendRef = {
  /** Key of `backends`; null exactly when `failure` is set. */
  readonly backend: string | null;
  readonly failure: Failure | null;
  readonly weight: number;
};

/** A stream ready to run. It lives as long as its entry of the table does not change, and with it the split's position. */
export class RunnableStream {
  readonly key: string;
  readonly stream: Stream;
  readonly split: Split<StreamBackendRef>;
  /** Where its connections or datagrams are counted: set and unset by StreamMetrics. */
  series: StreamSeries | null;

  constructor(key: string, stream: Stream) {
    this.key = key;
    this.stream = stream;
    const refs = stream.backends.map(({ backend, failure, weight }): StreamBackendRef => {
      const broken = failure ?? (backend === null ? UNRESOLVED : null);
      return { backend: broken === null ? backend : null, failure: broken, weight };
    });
    const served = refs.find((ref) => ref.weight > 0);
    this.split = new WeightedSplit(refs, served ?? (refs.length === 0 ? NO_BACKENDS : NO_WEIGHT));
    this.series = null;
  }
}

const UNRESOLVED: Failure = { status: 500, reason: 'BackendNotFound' };
const NO_BACKENDS = failing('NoBackends');
const NO_WEIGHT = failing('NoWeight');

function failing(reason: string): StreamBackendRef {
  return { backend: null, failure: { status: 500, reason }, weight: 0 };
}
