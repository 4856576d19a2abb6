import { expect, it } from '@jest/globals';
import { Stop } from '../../../src/domain/stop.ts';
import { Starts } from '../../../src/http/starts.ts';

/** Lets the event loop turn once, and all that it set off come to its end. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

function begin(starts: Starts, names: readonly string[]): string[] {
  const started: string[] = [];
  for (const name of names) void starts.next(new Stop()).then(() => started.push(name));
  return started;
}
const NAMES = ['a', 'b', 'c', 'd'];

it('starts all that wait, in their order, while there is room', async () => {
  const started = begin(new Starts({ hasRoom: () => true }), NAMES);
  expect(started).toEqual([]);
  await turn();

  expect(started).toEqual(NAMES);
});

it('starts one in each turn where there is room for none', async () => {
  const started = begin(new Starts({ hasRoom: () => false }), NAMES);
  const seen: number[] = [];
  for (let turns = 0; turns < 6; turns += 1) {
    await turn();
    seen.push(started.length);
  }

  expect(started).toEqual(NAMES);
  expect(seen.every((count, index) => count - (seen[index - 1] ?? 0) <= 1)).toBe(true);
});

it('starts no more in one turn than there is room for, and the others in the next ones', async () => {
  let room = 0;
  const starts = new Starts({ hasRoom: () => room > 0 });
  const started: number[] = [];
  for (let name = 0; name < 300; name += 1) {
    void starts.next(new Stop()).then(() => {
      room -= 1;
      started.push(name);
    });
  }
  const perTurn: number[] = [];
  while (started.length < 300) {
    room = 5;
    const before = started.length;
    await turn();
    perTurn.push(started.length - before);
  }

  expect(started).toEqual(Array.from({ length: 300 }, (_, name) => name));
  expect(Math.max(...perTurn)).toBeLessThanOrEqual(6); // And the one that is due.
  expect(perTurn.length).toBeLessThanOrEqual(70);
});

it('starts who comes later behind those who wait', async () => {
  const starts = new Starts({ hasRoom: () => false });
  const first = begin(starts, NAMES);
  await turn();
  const second = begin(starts, ['e']);
  while (second.length === 0) await turn();

  expect(first).toEqual(NAMES);
});

it('ends the wait of one whose time is up at once, and holds up nobody for it', async () => {
  const starts = new Starts({ hasRoom: () => false });
  const before = begin(starts, NAMES);
  const stops = Array.from({ length: 100 }, () => new Stop());
  const ended: number[] = [];
  for (const [index, stop] of stops.entries()) void starts.next(stop).then(() => ended.push(index));
  const last = begin(starts, ['last']);
  for (const stop of stops) stop.abort(new Error('too late'));
  await Promise.resolve();
  expect([ended.length, before]).toEqual([100, []]);

  let turns = 0;
  while (last.length === 0) {
    await turn();
    turns += 1;
  }
  expect(before).toEqual(NAMES);
  expect(turns).toBeLessThan(20);
});

it('lets one start at once whose time is up already', async () => {
  const stop = new Stop();
  stop.abort(new Error('too late'));

  await expect(new Starts({ hasRoom: () => false }).next(stop)).resolves.toBeUndefined();
});
