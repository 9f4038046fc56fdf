import type { Aggregate, AggregatePart } from '../../../ir/aggregate.ts';
import type { Filter } from '../../../ir/filter.ts';
import type { CompiledListener, CompiledRule } from '../../compile/compiled.ts';
import { type ForwardedHead, without } from '../../exchange/forwarded-head.ts';
import { errorBody } from '../../exchange/response-writer.ts';
import type { Candidate, Captures } from '../../route/candidate.ts';
import { candidateOf } from '../../route/refine/refined-candidate.ts';
import { statusOfFailure } from '../failure.ts';
import type { StageContext } from '../kinds.ts';
import { NOT_FOR_OWN_REQUESTS } from '../own-request.ts';
import { ORDER, type Stage, WAIT } from '../stage.ts';
import type { Visit } from '../visit.ts';
import { Aggregation, type Ask } from './aggregation.ts';
import { PartClient } from './part-client.ts';
import { PartPath } from './part-path.ts';
import { partRules, unguarded } from './part-rule.ts';

/** How answers are counted and logged. */
const AGGREGATE = 'aggregate';
const METHOD = 'aggregate-method';

/** What the proxy says itself of the request that a rule gets. */
const FORWARDING = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-port', 'x-forwarded-proto'];

/** Those, and fields that would make the answer of a part no whole and plain one. */
const NOT_FOR_PARTS: ReadonlySet<string> = new Set([...FORWARDING, ...NOT_FOR_OWN_REQUESTS, 'content-location']);

/** Answers GET with one object made of the answers of other backends and rules. */
class AggregateStage implements Stage {
  readonly order = ORDER.handler;
  readonly bodyLimit = 0;
  private readonly aggregate: Aggregate;
  private readonly paths: readonly PartPath[];
  private readonly partRules: readonly (CompiledRule | null)[];
  private readonly rule: StageContext['rule'];
  /** By rule and listener: stages are looked for by match. */
  private readonly matches: Map<CompiledListener, Map<CompiledRule, readonly Candidate[]>>;
  private readonly running: Map<Visit, Aggregation>;

  constructor(aggregate: Aggregate, context: StageContext) {
    this.aggregate = aggregate;
    this.paths = aggregate.parts.map(({ path }) => new PartPath(path));
    this.partRules = partRules(aggregate);
    this.rule = context.rule;
    this.matches = new Map();
    this.running = new Map();
  }

  enter(visit: Visit): number {
    const { method } = visit.head;
    if (method !== 'GET' && method !== 'HEAD') {
      const { body, headers, status } = errorBody(405);
      return visit.answer({ status, headers: [...headers, ['Allow', 'GET, HEAD']], body }, METHOD);
    }
    const head = visit.forwarded();
    const aggregation = new Aggregation(this.aggregate, visit, this.asking(visit, head), (body, failure) => {
      if (body === null) visit.answer(errorBody(statusOfFailure(failure)), failure);
      else visit.answer({ status: 200, headers: [['Content-Type', 'application/json']], body }, AGGREGATE);
    });
    this.running.set(visit, aggregation);
    aggregation.start();
    return WAIT;
  }

  ended(visit: Visit): void {
    this.running.get(visit)?.cancel();
    this.running.delete(visit);
  }

  private asking(visit: Visit, head: ForwardedHead): Ask {
    const fields = without(head.fields, NOT_FOR_PARTS);
    fields.push(['Accept-Encoding', 'identity'], ...forwardedFields(visit));
    let captures: Captures | null = null;
    return (index, value, done) => {
      const part = this.aggregate.parts[index]!;
      captures ??= visit.match.captures(visit.head);
      const path = this.pathOf(index, part, value, head.query, captures);
      if (path === null) {
        done({ failure: 'part-path' });
        return null;
      }
      const { target } = part;
      const own = this.partRules[index]!;
      const rule = own ?? (target.to === 'rule' ? this.rule(target.rule) : null);
      if (rule === null) {
        done({ failure: target.to === 'rule' ? 'no-rule' : 'invalid-backend' });
        return null;
      }
      const { listener } = visit.match;
      const match = this.matchOf(listener, rule, path, own !== null);
      const client = new PartClient(visit.client, match, this.aggregate.maxBytes, done);
      // A rule is told the Host that the client sent, a backend what the rule of the aggregate makes of it.
      client.begin(headOf(path, own === null ? visit.head.authority : head.host, fields));
      return () => client.cancel();
    };
  }

  private pathOf(
    index: number,
    { forEach }: AggregatePart,
    value: string | null,
    query: string,
    captures: Captures,
  ): string | null {
    return this.paths[index]!.with((name) => {
      if (name === forEach?.parameter) return value;
      return Object.hasOwn(captures, name) ? captures[name]! : null;
    }, query);
  }

  /**
   * A rule is asked whatever its matches and hostnames say; the match whose path fits, if there is one, is what its filters
   * go by.
   */
  private matchOf(listener: CompiledListener, rule: CompiledRule, target: string, isOwn: boolean): Candidate {
    let ofListener = this.matches.get(listener);
    if (ofListener === undefined) {
      ofListener = new Map();
      this.matches.set(listener, ofListener);
    }
    let candidates = ofListener.get(rule);
    if (candidates === undefined) {
      const place = isOwn ? unguarded(listener) : listener;
      candidates = rule.rule.matches.map((_, index) => candidateOf(place, '', rule, index));
      ofListener.set(rule, candidates);
    }
    const path = target.replace(/\?.*$/s, '');
    return candidates.find((candidate) => fits(candidate, path)) ?? candidates[0]!;
  }
}

function fits({ path, pattern, prefix }: Candidate, given: string): boolean {
  if (pattern !== null) return pattern.test(given);
  return given === path || (prefix !== null && given.startsWith(`${prefix}/`));
}

function headOf(path: string, host: string, fields: readonly (readonly [string, string])[]): string {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${lines}\r\n`;
}

/** What a hop that is believed said of the client; the part's own exchange adds to it as any exchange does. */
function forwardedFields(visit: Visit): [string, string][] {
  if (!visit.isTrusted) return [];
  return [...FORWARDING].flatMap((name): [string, string][] => {
    const value = visit.head.header(name);
    return value === null ? [] : [[name, value]];
  });
}

export function aggregateStage(filter: Filter, context: StageContext): Stage {
  return new AggregateStage(filter as Aggregate, context);
}
