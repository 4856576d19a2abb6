import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { introduce } from '../../../bench/perf/addressee.ts';
import { startIssuer, type Issuer } from '../../../bench/perf/issuer.ts';
import { askAll, atFixedRate, closedLoop } from '../../../bench/perf/load.ts';
import { differenceOf, OPERATIONS } from '../../../bench/perf/operations.ts';
import type { Figure } from '../../../bench/perf/rounds.ts';
import { judgeMissLatency, judgeRatios, NAMES } from '../../../bench/perf/targets.ts';
import { createTemplate } from '../../../bench/perf/template.ts';
import { createStreams, HOT_IDS, LIST_IDS, type Streams } from '../../../bench/perf/workloads.ts';
import { createRandom } from '../../../bench/support/random.ts';

interface Asked {
  readonly variables: { readonly id?: string; readonly ids?: readonly string[] };
}

/** A program that answers rightly until it is told otherwise, and remembers which ids it was asked for. */
interface Program {
  readonly url: URL;
  readonly asked: (readonly string[])[];
  answer(how: (data: unknown, response: ServerResponse) => unknown): void;
}

let server: Server;
let issuer: Issuer;
let program: Program;
let streams: Streams;

beforeEach(async () => {
  const asked: (readonly string[])[] = [];
  let answer: (data: unknown, response: ServerResponse) => unknown = (data) => ({ data });
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { id, ids = [] } = (JSON.parse(text) as Asked).variables;
      const which = id === undefined ? ids : [id];
      asked.push(which);
      const data =
        id === undefined ? OPERATIONS.list.expected(ids.slice(0, ids.length / 2)) : OPERATIONS.one.expected([id]);
      const body = JSON.stringify(answer(data, response));
      response.setHeader('content-length', body.length).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
  program = { url, asked, answer: (how) => (answer = how) };
  issuer = await startIssuer();
  streams = createStreams(issuer, createRandom(1));
});

afterEach(() => {
  issuer.close();
  server.close();
  server.closeAllConnections();
});

describe('what the bench times', () => {
  it('is not a program that answers with another value', async () => {
    program.answer((data) => ({
      data: JSON.parse(JSON.stringify(data).replace('"Program 9"', '"Program 8"')) as unknown,
    }));

    await expect(introduce('Somebody', program.url, streams)).rejects.toThrow(
      'Somebody does not answer "one": data.customer.ledgerBalance.nodes.9.programName is "Program 8" and not "Program 9"',
    );
  });

  it('counts each answer about somebody else, whatever else is right in it', async () => {
    const addressee = await introduce('Somebody', program.url, streams);
    let answers = 0;
    program.answer((data) => {
      answers += 1;
      const said = JSON.stringify(data);
      return { data: JSON.parse(answers === 7 ? said.replace('.500', '.501') : said) as unknown };
    });
    const { next } = streams.stream('misses', addressee);

    const load = await closedLoop(program.url, 4, { answers: 20 }, next);

    expect(load.answers).toBe(20);
    expect([...load.problems]).toEqual([['mixed up', 1]]);
  });

  it('takes an answer whose text differs and whose values do not', async () => {
    const addressee = await introduce('Somebody', program.url, streams);
    program.answer((data) => ({ extensions: {}, data }));
    const { next } = streams.stream('lists', addressee);

    const load = await closedLoop(program.url, 2, { answers: 6 }, next);

    expect(load.problems.size).toBe(0);
  });

  it('counts errors by their code, and connections that were cut', async () => {
    const addressee = await introduce('Somebody', program.url, streams);
    program.answer((_data, response) => {
      if (program.asked.length % 2 === 0) response.destroy();
      return { errors: [{ message: 'No.', extensions: { code: 'PLATFORM_TIMEOUT' } }] };
    });
    const { next } = streams.stream('misses', addressee);

    const load = await closedLoop(program.url, 1, { answers: 6 }, next);

    expect(Object.fromEntries(load.problems)).toEqual({ 'failed: PLATFORM_TIMEOUT': 3, 'failed: cut off': 3 });
  });

  it('goes on over another connection where a program ends one after an answer', async () => {
    const addressee = await introduce('Somebody', program.url, streams);
    program.answer((data, response) => {
      response.setHeader('connection', 'close');
      return { data };
    });
    const { next } = streams.stream('misses', addressee);

    const load = await closedLoop(program.url, 3, { answers: 12 }, next);

    expect([load.answers, load.problems.size]).toEqual([12, 0]);
  });

  it.each([1, 8])('sends as many requests at a steady rate as are due, over %d connections', async (connections) => {
    const addressee = await introduce('Somebody', program.url, streams);
    const { next } = streams.stream('misses', addressee);

    const load = await atFixedRate(
      program.url,
      { connections, perSecond: 1000, seconds: 0.05, settleSeconds: 0.01 },
      next,
    );

    expect([load.answers, load.noticedLateMs.length, load.problems.size]).toEqual([50, 50, 0]);
  });
});

describe('the loads of the bench', () => {
  it('never ask for a new customer twice, and for 25 in a list, each named twice', async () => {
    const addressee = await introduce('Somebody', program.url, streams);
    program.asked.length = 0;
    await closedLoop(program.url, 1, { answers: 20 }, streams.stream('misses', addressee).next);
    await closedLoop(program.url, 1, { answers: 4 }, streams.stream('lists', addressee).next);

    const lists = program.asked.slice(20);
    const distinct = new Set(program.asked.flat());

    expect(lists.map((ids) => [ids.length, new Set(ids).size])).toEqual(Array(4).fill([2 * LIST_IDS, LIST_IDS]));
    expect(distinct.size).toBe(20 + 4 * LIST_IDS);
  });

  it('know every hot customer before a round, and have others in the next', async () => {
    const addressee = await introduce('Somebody', program.url, streams);
    const hotOf = async () => {
      program.asked.length = 0;
      const { prime, next } = streams.stream('hits', addressee);
      await askAll(program.url, 8, prime);
      const known = new Set(program.asked.flat());
      await closedLoop(program.url, 8, { answers: 200 }, next);
      return { known, asked: new Set(program.asked.flat()) };
    };

    const first = await hotOf();
    streams.nextRound();
    const second = await hotOf();

    expect(first.known.size).toBe(HOT_IDS);
    expect(first.asked).toEqual(first.known);
    expect([...second.known].filter((id) => first.known.has(id))).toEqual([]);
  });
});

describe('what the bench compares with', () => {
  it('puts ids into the places of others, and wants each of them there', () => {
    const template = createTemplate('a 111.5 b 222 c 111', ['111', '222']);

    expect(template.render(['3', '4'])).toBe('a 3.5 b 4 c 3');
    expect(() => createTemplate('a 111', ['111', '222'])).toThrow('Not in the text: 222');
  });

  it.each([
    ['a digit', '1.000', '1.00', 'data is "1.00" and not "1.000"'],
    ['a number', '1.000', 1.5, 'data is 1.5 and not "1.000"'],
    ['the same number', '1.000', 1, undefined],
    ['something missing', { a: '1', b: '2' }, { a: '1' }, 'data.b is undefined and not "2"'],
    ['something more', { a: '1' }, { a: '1', b: '2' }, 'data.b is "2" and not undefined'],
    ['null', { a: { b: '1' } }, { a: null }, 'data.a is null'],
    ['a shorter list', ['1', '2'], ['1'], 'data.1 is undefined and not "2"'],
  ])('tells %s', (_what, expected, answered, difference) => {
    expect(differenceOf(answered, expected)).toBe(difference);
  });
});

describe('what the bench judges', () => {
  const figure = (program: string, given: Partial<Figure>): Figure => ({
    workload: 'hits',
    latencyMs: 0,
    program,
    cpuSecondsPer1000: 1,
    perSecond: 1000,
    p99Ms: 1,
    calls: 0,
    answers: 1000,
    problems: new Map(),
    ...given,
  });
  const verdictsOf = (figures: readonly Figure[]) => judgeRatios(figures, [0]).map(({ isMet }) => isMet);

  it.each([
    [0.4, true],
    [0.41, false],
  ])('is CPU time as a ratio to the peer of the same run: %p of it on hits is met: %p', (cpuSecondsPer1000, isMet) => {
    const figures = [figure(NAMES.got, { cpuSecondsPer1000 }), figure(NAMES.mercuriusCache, {})];

    expect(verdictsOf(figures)).toEqual([isMet]);
  });

  it('is the cheapest of all others on the mixed load, with undici; with got it is shown', () => {
    const mixed = (program: string, cpuSecondsPer1000: number) =>
      figure(program, { workload: 'mixed', cpuSecondsPer1000 });
    const figures = [mixed(NAMES.got, 3), mixed(NAMES.undici, 2), mixed(NAMES.proxy, 1), mixed(NAMES.mercurius, 5)];

    expect(verdictsOf(figures)).toEqual([false, null]);
  });

  it('is the slowest hundredth of misses against Mercurius', () => {
    const misses = (program: string, p99Ms: number) => figure(program, { workload: 'misses', p99Ms });

    expect(judgeMissLatency([misses(NAMES.undici, 5.1), misses(NAMES.mercurius, 5)])).toMatchObject([{ isMet: false }]);
  });
});
