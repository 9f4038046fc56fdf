import { expect, test } from 'vitest';
import { PASS, type Stage } from './stage.ts';
import { StageList } from './stage-list.ts';

const stage = (order: number, more: Partial<Stage> = {}): Stage => ({
  order,
  bodyLimit: 0,
  enter: () => PASS,
  ...more,
});

test('stages come by their order, and those of one order as they are given', () => {
  const [a, b, c] = [stage(20), stage(10), stage(20)];
  expect(StageList.inOrder([a, b, c]).stages).toEqual([b, a, c]);
  expect(StageList.inOrder([])).toBe(StageList.none);
});

test('only those that want to know are told', () => {
  const [told, ended, neither] = [stage(1, { responded: () => {} }), stage(2, { ended: () => {} }), stage(3)];
  const list = new StageList([told, neither]).and(new StageList([ended]));
  expect(list.stages).toEqual([told, neither, ended]);
  expect([list.responding, list.ending]).toEqual([[told], [ended]]);
});

test('a visit is let go only where every stage says so', () => {
  expect(new StageList([stage(1, { letsGo: true }), stage(2, { letsGo: true })]).letsGo).toBe(true);
  expect(new StageList([stage(1, { letsGo: true }), stage(2)]).letsGo).toBe(false);
});

test('bodies are asked for where one stage may want one', () => {
  expect(new StageList([stage(1), stage(2, { bodyLimit: 10 })]).takesBodies).toBe(true);
  expect(new StageList([stage(1, { bodyLimitFor: () => 0 })]).takesBodies).toBe(true);
  expect(new StageList([stage(1)]).takesBodies).toBe(false);
});
