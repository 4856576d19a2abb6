import type { FakeClock } from './fakeClock.ts';
import type { TestGateway } from './gateway.ts';

/** Lets what is on its way arrive, on both sides of the gateway: a few requests of its own go from end to end. */
export async function settled(gateway: TestGateway): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await gateway.query('{ __typename }');
}

/** Moves the clock by `ms` in steps, and after each lets what fell due happen. */
export async function pass(gateway: TestGateway, clock: FakeClock, ms: number, stepMs = 100): Promise<void> {
  await settled(gateway);
  for (let leftMs = ms; leftMs > 0; leftMs -= stepMs) {
    clock.advance(Math.min(stepMs, leftMs));
    await settled(gateway);
  }
}

/** An operation, and whether it is over. */
export interface Begun<T> {
  readonly answer: Promise<T>;
  isOver: boolean;
}

/** Watches an operation without waiting for it. */
export function begun<T>(answer: Promise<T>): Begun<T> {
  const operation: Begun<T> = { answer, isOver: false };
  const end = () => void (operation.isOver = true);
  answer.then(end, end);
  return operation;
}
