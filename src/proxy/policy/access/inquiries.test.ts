import { expect, test } from 'vitest';
import { Inquiries } from './inquiries.ts';

function counted(atOnce: number, most: number) {
  const inquiries = new Inquiries<string>(atOnce, most);
  const settles: ((answer: string) => void)[] = [];
  const heard: string[] = [];
  const ask = (question: string) =>
    inquiries.ask(
      question,
      (settle) => settles.push((answer) => settle(answer)),
      (answer) => heard.push(`${question}: ${answer}`),
    );
  return { ask, heard, settles };
}

test('the same is asked once', () => {
  const { ask, heard, settles } = counted(4, 10);
  expect(['a', 'a', 'b', 'a'].map(ask)).toEqual([true, true, true, true]);
  expect(settles.length).toBe(2);
  settles[0]!('yes');
  settles[1]!('no');
  expect(heard).toEqual(['a: yes', 'a: yes', 'a: yes', 'b: no']);
  ask('a');
  expect(settles.length).toBe(3);
});

test('some at once, the others in turn', () => {
  const { ask, heard, settles } = counted(2, 10);
  for (const question of ['a', 'b', 'c', 'd']) ask(question);
  expect(settles.length).toBe(2);
  settles[1]!('1');
  expect(settles.length).toBe(3);
  settles[2]!('2');
  settles[0]!('3');
  settles[3]!('4');
  expect(heard).toEqual(['b: 1', 'c: 2', 'a: 3', 'd: 4']);
});

test('no more wait than may', () => {
  const { ask } = counted(1, 2);
  expect(['a', 'b', 'c', 'a', 'a', 'b'].map(ask)).toEqual([true, true, false, true, false, true]);
});
