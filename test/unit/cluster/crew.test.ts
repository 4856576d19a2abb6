import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { Crew, type Hired } from '../../../src/cluster/crew.ts';
import type { End } from '../../../src/cluster/member.ts';
import { createLogger } from '../../../src/observe/logger.ts';
import { fakeClock } from '../../support/fakeClock.ts';

const KILLED: End = { exitCode: null, signal: 'SIGKILL', hasServed: true, reason: null };

/** A worker that does as the test says. */
class Puppet implements Hired {
  readonly pid = 1;
  readonly told: string[] = [];
  readonly ended: Promise<End>;
  readonly listening: Promise<string>;
  #listen: (url: string) => void = () => undefined;
  #end: (end: End) => void = () => undefined;

  constructor() {
    this.ended = new Promise((resolve) => (this.#end = resolve));
    this.listening = new Promise((resolve, reject) => {
      this.#listen = resolve;
      void this.ended.then(({ reason }) => reject(new Error(reason ?? 'ended')));
    });
    this.listening.catch(() => undefined);
  }

  tell({ kind }: { readonly kind: string }): void {
    this.told.push(kind);
  }

  kill(): void {
    this.end(KILLED);
  }

  listen(): void {
    this.#listen('http://here');
  }

  end(end: End): void {
    this.#end(end);
  }
}

function createCrew(size: number) {
  const clock = fakeClock();
  const hired: Puppet[] = [];
  const log: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      log.push(String(chunk));
      done();
    },
  });
  const hire = () => {
    const puppet = new Puppet();
    hired.push(puppet);
    return puppet;
  };
  const logger = createLogger({ level: 'info', destination });
  const crew = new Crew({ size, hire, onGone: () => undefined, clock, logger });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { crew, clock, hired, log, settle };
}

describe('a crew', () => {
  it('serves once all of its workers do', async () => {
    const { crew, hired, settle } = createCrew(2);
    let url = '';
    void crew.start().then((served) => (url = served));

    hired[0]?.listen();
    await settle();
    expect(url).toBe('');
    hired[1]?.listen();
    await settle();

    expect(url).toBe('http://here');
  });

  it('gives up when one cannot begin, for the reason that it tells, and leaves none behind', async () => {
    const { crew, clock, hired, log, settle } = createCrew(2);
    const starting = crew.start();

    hired[1]?.end({ exitCode: 1, signal: null, hasServed: false, reason: 'PORT: taken' });

    await expect(starting).rejects.toThrow('PORT: taken');
    clock.advance(60_000);
    await settle();
    expect(crew.members).toEqual([]);
    expect(hired).toHaveLength(2);
    expect(log).toEqual([]); // Who started it is told, and says it.
  });

  it('replaces one that died while another was still starting', async () => {
    const { crew, clock, hired, settle } = createCrew(2);
    void crew.start();
    hired[0]?.listen();
    hired[0]?.end(KILLED);
    await settle();

    clock.advance(100);

    expect(hired).toHaveLength(3);
  });

  it('waits twice as long each time one dies young, up to half a minute, and begins anew after a long life', async () => {
    const { crew, clock, hired, settle } = createCrew(1);
    void crew.start();
    hired[0]?.listen();
    await settle();

    const pauses: number[] = [];
    for (let death = 0; death < 11; death += 1) {
      if (death === 10) clock.advance(10_000); // This one lives.
      const before = hired.length;
      hired.at(-1)?.end(KILLED);
      await settle();
      let pauseMs = 0;
      for (; hired.length === before; pauseMs += 100) clock.advance(100);
      pauses.push(pauseMs);
    }

    expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 100]);
  });

  it('hires nobody any more once it is to end, and ends who does not', async () => {
    const { crew, clock, hired, settle } = createCrew(3);
    void crew.start();
    for (const puppet of hired) puppet.listen();
    hired[0]?.end(KILLED);
    await settle();
    let isClosed = false;
    void crew.close(5000).then(() => (isClosed = true));

    hired[1]?.end({ exitCode: 0, signal: null, hasServed: true, reason: null });
    await settle();
    expect([isClosed, hired[2]?.told]).toEqual([false, ['close']]);
    clock.advance(5000);
    await settle();

    expect(isClosed).toBe(true);
    expect(hired).toHaveLength(3);
  });
});
