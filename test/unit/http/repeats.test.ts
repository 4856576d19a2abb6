import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { HeaderMap } from '@apollo/server';
import { beforeEach, describe, expect, it } from '@jest/globals';

import { STRANGER } from '../../../src/auth/viewer.ts';
import { RememberedAnswer } from '../../../src/http/rememberedAnswer.ts';
import { Repeats, type Wire } from '../../../src/http/repeats.ts';
import { createOperationLines } from '../../../src/observe/operationLines.ts';
import { createLogger } from '../../../src/observe/logger.ts';
import { Head } from '../../../src/http/head.ts';
import { MemoryRoom } from '../../../src/store/memory.ts';
import { fakeClock, type FakeClock } from '../../support/fakeClock.ts';

const CALLER = { viewer: STRANGER, isRouter: true, isStill: () => true };
const TEXT = '{"data":{"customer":{"id":"42","name":"Ünal"}}}';

let clock: FakeClock;
let repeats: Repeats;
beforeEach(() => {
  clock = fakeClock();
  repeats = new Repeats({ clock, keepAlive: 'timeout=5', memory: new MemoryRoom({ maxBytes: 100_000, clock }) });
});

/** Keeps an answer under `print` as one that has come twice. */
function keep(print: string, freshForMs: number): void {
  const logger = createLogger({ level: 'silent' });
  const options = { clock, telemetry: TOLD_TO_NOBODY, lineOf: createOperationLines(logger) };
  const facts = { headers: new HeaderMap(), text: TEXT, operation: null, parts: [], freshUntilMs: freshForMs };
  const answer = new RememberedAnswer(facts, options);
  const request = new IncomingMessage(new Socket());
  request.httpVersion = '1.1';
  for (let count = 0; count < 2; count += 1) {
    const response = new ServerResponse(request);
    response.shouldKeepAlive = true;
    repeats.keep(print, { answer, caller: CALLER, request, response, head: new Head() });
  }
}
const TOLD_TO_NOBODY = { operationEnded: () => undefined, operationRepeated: () => undefined };

function given(print: string): Wire {
  const wire = repeats.answerTo(print);
  if (wire === undefined) throw new Error('Nothing is given.');
  return wire;
}
const textOf = ({ bytes }: Wire) => bytes.toString('utf8');

describe('an answer that is given again', () => {
  it.each([[0], [999], [1000], [51_000], [55_001]])(
    'says what time it is and for how long it is good, %d ms on',
    (ms) => {
      keep('a', 60_000);
      given('a');
      clock.advance(ms);

      const [head, body] = textOf(given('a')).split('\r\n\r\n');

      expect(head).toContain(`\r\ndate: ${new Date(clock.now()).toUTCString()}\r\n`);
      expect(head).toMatch(new RegExp(`\r\ncache-control: private, max-age=${Math.floor((60_000 - ms) / 1000)}$`));
      expect(body).toBe(TEXT);
    },
  );

  it('says what time it is when only that has changed', () => {
    keep('a', 60_500);
    clock.advance(600);
    const before = textOf(given('a'));

    clock.advance(500);

    expect(textOf(given('a'))).toBe(before.replace(/date: [^\r]+/, `date: ${new Date(clock.now()).toUTCString()}`));
    expect(textOf(given('a'))).not.toBe(before);
  });

  it('takes no other bytes for the next second, where it has gone', () => {
    keep('a', 60_000);
    const { bytes } = given('a');
    clock.advance(1000);

    expect(given('a').bytes).toBe(bytes);
  });

  it('changes nothing of what waits for a caller', () => {
    keep('a', 60_000);
    const held = given('a');
    const before = textOf(held);
    held.isHeld = true;

    clock.advance(1000);
    const next = given('a');
    clock.advance(1000);
    const last = given('a');

    expect(textOf(held)).toBe(before);
    expect(textOf(last)).not.toBe(before);
    expect(last.bytes).toBe(next.bytes);
  });
});
