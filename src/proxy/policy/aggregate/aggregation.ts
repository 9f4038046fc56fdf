import type { Aggregate, AggregatePart } from '../../../ir/aggregate.ts';
import { Timer, type TimerOwner } from '../../timer-wheel.ts';
import type { Visit } from '../visit.ts';
import { jsonOf, type PartAnswer } from './answer.ts';
import { combine, type PartBody } from './combine.ts';
import { valuesAt } from './json.ts';

/** Asks for one part; `value` is that of `forEach`. Returns what ends it early. */
export type Ask = (part: number, value: string | null, done: (answer: PartAnswer) => void) => (() => void) | null;

const WAITING = -1;

/** One request to an Aggregate: it asks for all parts, and answers when the last one is there or the time is up. */
export class Aggregation implements TimerOwner {
  private readonly aggregate: Aggregate;
  private readonly visit: Visit;
  private readonly ask: Ask;
  private readonly answer: (body: Buffer | null, failure: string) => void;
  private readonly timer: Timer;
  private readonly bodies: PartBody[];
  /** Requests under way, by part; WAITING for one that waits for another. */
  private readonly pending: number[];
  private readonly cancels: (() => void)[];
  private isOver: boolean;

  /** @param answer is told the answer, or why there is none, once */
  constructor(aggregate: Aggregate, visit: Visit, ask: Ask, answer: (body: Buffer | null, failure: string) => void) {
    this.aggregate = aggregate;
    this.visit = visit;
    this.ask = ask;
    this.answer = answer;
    this.timer = new Timer(this);
    this.bodies = aggregate.parts.map(() => null);
    this.pending = aggregate.parts.map(({ forEach }) => (forEach === null ? 1 : WAITING));
    this.cancels = [];
    this.isOver = false;
  }

  start(): void {
    this.visit.runtime.wheel.set(this.timer, this.aggregate.timeout);
    for (const [index, { forEach }] of this.aggregate.parts.entries()) {
      if (forEach === null) this.request(index, null, (answer) => this.single(index, answer));
    }
  }

  /** Ends it without a word. */
  cancel(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.visit.runtime.wheel.remove(this.timer);
    for (const cancel of this.cancels) cancel();
  }

  timeout(): void {
    for (const [index, count] of this.pending.entries()) {
      if (count !== 0 && this.aggregate.parts[index]!.onError === 'Fail') {
        this.end(null, 'request-timeout');
        return;
      }
    }
    this.finish();
  }

  private request(index: number, value: string | null, done: (answer: PartAnswer) => void): void {
    if (this.isOver) return;
    const cancel = this.ask(index, value, done);
    if (cancel !== null) this.cancels.push(cancel);
  }

  private single(index: number, answer: PartAnswer): void {
    if (this.isOver) return;
    const json = jsonOf(answer);
    if (typeof json !== 'string') this.failed(index, json.failure);
    else {
      this.bodies[index] = json;
      this.complete(index);
    }
  }

  private failed(index: number, failure: string): void {
    if (this.aggregate.parts[index]!.onError === 'Fail') this.end(null, failure);
    else this.complete(index);
  }

  /** All of a part is there, or there will be nothing of it. */
  private complete(index: number): void {
    this.pending[index] = 0;
    const { key } = this.aggregate.parts[index]!;
    for (const [other, part] of this.aggregate.parts.entries()) {
      if (part.forEach?.part === key && this.pending[other] === WAITING)
        this.requestEach(other, part, this.bodies[index]!);
      if (this.isOver) return;
    }
    if (this.pending.every((count) => count === 0)) this.finish();
  }

  private requestEach(index: number, { forEach, onError }: AggregatePart, source: PartBody): void {
    const { maxCalls, path } = forEach!;
    const values = source === null ? null : valuesAt(source, path, maxCalls);
    if (values === null) {
      this.failed(index, source === null ? 'part-missing' : 'part-too-many');
      return;
    }
    const items: (string | null)[] = values.map(() => null);
    this.pending[index] = values.length;
    if (values.length === 0) this.bodies[index] = '[]';
    for (const [at, value] of values.entries()) {
      this.request(index, value, (answer) => {
        if (this.isOver) return;
        const json = jsonOf(answer);
        if (typeof json === 'string') items[at] = json;
        else if (onError === 'Fail') {
          this.end(null, json.failure);
          return;
        } else if (onError === 'Null') items[at] = 'null';
        this.pending[index]!--;
        if (this.pending[index] !== 0) return;
        this.bodies[index] = `[${items.filter((item) => item !== null).join(',')}]`;
        this.complete(index);
      });
    }
  }

  private finish(): void {
    const { maxBytes, parts } = this.aggregate;
    const body = combine(parts, this.bodies, maxBytes);
    this.end(body, body === null ? 'too-large' : '');
  }

  private end(body: Buffer | null, failure: string): void {
    if (this.isOver) return;
    this.isOver = true;
    this.visit.runtime.wheel.remove(this.timer);
    for (const cancel of this.cancels) cancel();
    this.answer(body, failure);
  }
}
