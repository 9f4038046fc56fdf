import type { ActiveHealthCheck } from '../../../ir/traffic.ts';
import { RetainedBody } from '../../exchange/retained-body.ts';
import { MessageWriter } from '../../http1/writer.ts';
import { Timer, type TimerOwner } from '../../timer-wheel.ts';
import type { Carrier } from '../carrier.ts';
import type { EndpointPool } from '../endpoint-pool.ts';
import type { ResponseSink } from '../response-sink.ts';
import type { EndpointHealth } from './endpoint-health.ts';

const writer = new MessageWriter();

/** Asks one endpoint again and again whether it is well. */
export class HealthCheck implements ResponseSink, TimerOwner {
  readonly method: string;
  readonly decodesChunks: boolean;
  readonly speaksHttp2: boolean;
  private readonly pool: EndpointPool;
  private readonly settings: ActiveHealthCheck;
  private readonly health: EndpointHealth;
  private readonly head: string;
  private readonly body: RetainedBody;
  private readonly timer: Timer;
  private carrier: Carrier | null;
  /** Whether one is under way; otherwise the timer counts to the next. */
  private isAsking: boolean;
  /** What the status says. */
  private isWell: boolean;

  constructor(pool: EndpointPool, settings: ActiveHealthCheck, health: EndpointHealth, speaksHttp2: boolean) {
    this.method = 'GET';
    this.decodesChunks = true;
    this.speaksHttp2 = speaksHttp2;
    this.pool = pool;
    this.settings = settings;
    this.health = health;
    const host = settings.host === '' ? pool.name : settings.host;
    this.head = `GET ${settings.path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: headgate-health-check\r\nAccept: */*\r\n\r\n`;
    this.body = new RetainedBody();
    this.body.isComplete = true;
    this.timer = new Timer(this);
    this.carrier = null;
    this.isAsking = false;
    this.isWell = false;
  }

  /** Begins at some point of the first interval, so that checks of many endpoints do not come all at once. */
  start(): void {
    this.pool.shared.wheel.set(this.timer, Math.random() * Math.min(this.settings.interval, 1_000));
  }

  stop(): void {
    this.abandon();
    this.pool.shared.wheel.remove(this.timer);
  }

  timeout(): void {
    if (!this.isAsking) this.ask();
    else {
      this.abandon();
      this.end(false);
    }
  }

  connecting(carrier: Carrier): void {
    this.carrier = carrier;
  }

  connected(carrier: Carrier): void {
    this.carrier = carrier;
    writer.reset();
    writer.text(this.head);
    carrier.sendHead(writer, this.body);
    carrier.awaitResponse();
  }

  interim(): void {}

  answered(carrier: Carrier): void {
    const { statuses } = this.settings;
    const { status } = carrier.head;
    this.isWell = statuses.length === 0 ? status >= 200 && status < 400 : statuses.includes(status);
  }

  responseBody(): void {}

  responseEnd(carrier: Carrier): void {
    this.carrier = null;
    // A new connection is part of the question, so this one is of no use. That of HTTP/2 is the requests' own.
    if (this.speaksHttp2) carrier.release(true);
    else carrier.destroy();
    this.end(this.isWell);
  }

  backendDrained(): void {}

  backendFailed(): void {
    this.carrier = null;
    this.end(false);
  }

  crashed(): void {
    this.carrier = null;
    this.end(false);
  }

  private ask(): void {
    this.isAsking = true;
    this.isWell = false;
    this.pool.shared.wheel.set(this.timer, this.settings.timeout);
    this.pool.probe(this);
  }

  /** Ends what is under way without a word. */
  private abandon(): void {
    const { carrier } = this;
    this.carrier = null;
    if (carrier !== null) carrier.destroy();
    else if (this.isAsking) this.pool.cancel(this);
  }

  private end(isWell: boolean): void {
    if (!this.isAsking) return;
    this.isAsking = false;
    this.pool.shared.wheel.set(this.timer, this.settings.interval);
    const { healthyThreshold, unhealthyThreshold } = this.settings;
    this.health.checked(isWell, isWell ? healthyThreshold : unhealthyThreshold);
  }
}
