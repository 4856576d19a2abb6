import { expect, it } from '@jest/globals';
import { call, EndOfTurn } from '../../../src/domain/endOfTurn.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('does what was put off in the order it came, once the turn ends', async () => {
  const done: string[] = [];
  const endOfTurn = new EndOfTurn(call);
  for (const task of ['a', 'b', 'c']) endOfTurn.add(() => done.push(task));
  await Promise.resolve();
  expect([done, endOfTurn.size]).toEqual([[], 3]);

  await turn();

  expect([done, endOfTurn.size]).toEqual([['a', 'b', 'c'], 0]);
});

it('leaves what a task puts off to the next turn', () => {
  const done: string[] = [];
  const ends: (() => void)[] = [];
  const endOfTurn = new EndOfTurn(call, (end) => ends.push(end));
  endOfTurn.add(() => {
    done.push('a');
    endOfTurn.add(() => done.push('c'));
  });
  endOfTurn.add(() => done.push('b'));

  ends.shift()?.();
  expect(done).toEqual(['a', 'b']);
  ends.shift()?.();
  expect([done, ends]).toEqual([['a', 'b', 'c'], []]);
});

it('does all the others when one throws, and hides nothing', () => {
  const done: string[] = [];
  const ends: (() => void)[] = [];
  const endOfTurn = new EndOfTurn(call, (end) => ends.push(end));
  endOfTurn.add(() => done.push('a'));
  endOfTurn.add(() => {
    throw new Error('of the second');
  });
  endOfTurn.add(() => done.push('c'));

  expect(ends.shift()).toThrow('of the second');
  ends.shift()?.();
  expect([done, ends]).toEqual([['a', 'c'], []]);
});
