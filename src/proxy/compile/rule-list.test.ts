import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunnableRule } from './rule.ts';
import { RuleList } from './rule-list.ts';

const rules = Array.from({ length: 200 }, (_, i) => ({ key: String(i) }) as RunnableRule);
/** The numbers of rules that come, or go where they are there. */
const steps = fc.array(fc.uniqueArray(fc.nat({ max: rules.length - 1 }), { maxLength: 4 }), { maxLength: 60 });

test('rules that come and go are in the list while they are there, and earlier lists stay as they were', () => {
  fc.assert(
    fc.property(fc.nat({ max: rules.length }), steps, (first, changes) => {
      const there = new Set(rules.slice(0, first));
      let list = RuleList.none.with({ gone: new Set(), fresh: new Set(there) });
      const made: [RuleList, ReadonlySet<RunnableRule>][] = [];
      for (const numbers of changes) {
        const touched = numbers.map((number) => rules[number]!);
        const gone = new Set(touched.filter((rule) => there.has(rule)));
        const fresh = new Set(touched.filter((rule) => !there.has(rule)));
        for (const rule of gone) there.delete(rule);
        for (const rule of fresh) there.add(rule);
        list = list.with({ gone, fresh });
        made.push([list, new Set(there)]);
      }
      for (const [one, wanted] of made) {
        expect(one.size).toBe(wanted.size);
        expect(new Set(one.all())).toEqual(wanted);
      }
    }),
  );
});
