import { describe, expect, test } from 'vitest';
import { CountBoard } from './board.ts';
import type { Tally } from './tally.ts';

const tally = (more: Partial<Tally> = {}): Tally => ({ key: 'k', round: 1, used: 1, left: 1_000, blocked: 0, ...more });

describe('a board', () => {
  test('adds up what the others have told, and leaves out what a proxy has told itself', () => {
    const board = new CountBoard();
    expect(board.take('a', tally({ used: 3 }), 0)).toBe(true);
    expect(board.take('b', tally({ used: 4, left: 900 }), 50)).toBe(true);
    expect(board.take('c', tally({ used: 5 }), 50)).toBe(true);
    expect(board.others('a', 'k', 100)).toEqual({ key: 'k', round: 1, used: 9, left: 850, blocked: 0 });
    expect(board.others('c', 'k', 100)).toMatchObject({ used: 7 });
    expect(board.others('new', 'k', 100)).toMatchObject({ used: 12 });
    expect(board.others('a', 'other', 100)).toBeNull();
  });

  test('hears the same twice, and what is late, without counting it again', () => {
    const board = new CountBoard();
    board.take('a', tally({ used: 3 }), 0);
    expect(board.take('a', tally({ used: 3 }), 0)).toBe(false);
    expect(board.take('a', tally({ used: 2 }), 0)).toBe(false);
    expect(board.others('b', 'k', 0)).toMatchObject({ used: 3 });
  });

  test('begins anew with a later round, and does not go back to an earlier one', () => {
    const board = new CountBoard();
    board.take('a', tally({ used: 3 }), 0);
    expect(board.take('b', tally({ round: 2, used: 1 }), 10)).toBe(true);
    expect(board.take('a', tally({ used: 4 }), 20)).toBe(false);
    expect(board.others('a', 'k', 20)).toMatchObject({ round: 2, used: 1 });
    expect(board.others('b', 'k', 20)).toBeNull();
  });

  test('hears of an earlier round when the later one is over', () => {
    const board = new CountBoard();
    board.take('a', tally({ round: 7 }), 0);
    expect(board.take('b', tally({ round: 1, used: 2 }), 1_001)).toBe(true);
    expect(board.others('a', 'k', 1_001)).toMatchObject({ round: 1, used: 2 });
  });

  test('does not take what is left of a round elsewhere for another one', () => {
    const board = new CountBoard();
    board.take('a', tally({ used: 9 }), 0);
    expect(board.take('b', tally({ used: 1, left: 20 }), 1_001)).toBe(false);
    expect(board.others('c', 'k', 1_001)).toBeNull();
  });

  test('passes on that a client is blocked, and for how long still', () => {
    const board = new CountBoard();
    board.take('a', tally({ used: 3 }), 0);
    expect(board.take('a', tally({ used: 3, blocked: 5_000 }), 10)).toBe(true);
    expect(board.take('b', tally({ used: 0, blocked: 5_100 }), 20)).toBe(false);
    expect(board.others('a', 'k', 2_010)).toMatchObject({ blocked: 3_000, left: 0 });
    expect(board.others('b', 'k', 5_010)).toBeNull();
  });

  test('forgets what is over, and when it must, those of whom nothing was heard for longest', () => {
    const board = new CountBoard();
    for (let index = 0; index < 10; index++) board.take('a', tally({ key: `k${index}`, left: 100 + index }), 0);
    board.sweep(105);
    expect(board.size).toBe(4);
    board.take('a', tally({ key: 'k6', used: 2, left: 1 }), 105);
    board.forget(3);
    expect([...board.keys()]).toEqual(['k6']);
  });
});
