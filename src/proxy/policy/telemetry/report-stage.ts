import type { RequestReport } from '../../../ir/policy/telemetry.ts';
import type { StageContext } from '../kinds.ts';
import { ORDER, PASS, type Stage } from '../stage.ts';
import type { Visit } from '../visit.ts';
import { Outbox } from './outbox.ts';
import { Reporter } from './report.ts';
import { senderTo } from './send.ts';

/** Reports that may wait for a slow sink, in each process. */
const MOST_REPORTS = 1_024;
const MOST_BYTES = 16_777_216;
const CONCURRENCY = 8;

/** Tells a backend of every request when it is over. No request ever waits for that. */
export class ReportStage implements Stage {
  readonly order = ORDER.telemetry;
  readonly bodyLimit = 0;
  private readonly reporter: Reporter;
  private readonly maxBody: number;
  private readonly outbox: Outbox;

  constructor(report: RequestReport, context: StageContext) {
    const { metrics } = context.runtime;
    this.reporter = new Reporter(report);
    this.maxBody = report.maxBody;
    this.outbox = new Outbox(
      senderTo({ ...report, headers: [['Content-Type', 'application/json']] }, context),
      (outcome, items) => {
        if (outcome === 'sent') metrics.reports += items;
        else metrics.reportsDropped += items;
      },
      { concurrency: CONCURRENCY, maxMessages: MOST_REPORTS, maxBytes: MOST_BYTES, retries: 0, backoff: 0 },
    );
  }

  enter(visit: Visit): number {
    if (this.reporter.keepsBody && this.maxBody > 0) visit.keepBody(this.maxBody);
    return PASS;
  }

  ended(visit: Visit, status: number): void {
    // A sink that is gone costs no report.
    if (!this.outbox.hasRoom(0)) {
      this.outbox.drop(1);
      return;
    }
    const { head } = visit;
    const { bytes, received } = visit.keptBody;
    const { fields } = head;
    this.outbox.offer(
      this.reporter.report(
        {
          time: performance.timeOrigin + visit.startedAt,
          requestId: visit.requestId,
          traceId: visit.traceparent.slice(3, 35),
          rule: visit.match.rule.key,
          metadata: visit.match.rule.rule.metadata,
          origin: `${visit.scheme}://${head.host}`,
          path: head.path,
          query: head.query,
          method: head.method,
          headers: Array.from(
            { length: fields.count },
            (_, index) => [fields.name(index), fields.value(index)] as const,
          ),
          body: bytes,
          bodyBytes: received,
          status,
          duration: performance.now() - visit.startedAt,
        },
        visit.holding,
      ),
    );
  }
}
