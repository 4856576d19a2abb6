import { createRandom } from '../support/random.ts';
import type { Measurement } from '../support/table.ts';
import { introduce } from './addressee.ts';
import { judgeColdStart } from './coldStart.ts';
import { programsOf } from './contenders.ts';
import { judgeIsolation } from './isolation.ts';
import { startIssuer } from './issuer.ts';
import { judgeMemory } from './memory.ts';
import type { Bench, BenchOptions, Part } from './parts.ts';
import { startPlatform } from './platform.ts';
import { describeProblems } from './problems.ts';
import { BENCH_CORE, pin, PROGRAM_CORE, start } from './programs.ts';
import { type Contender, type Figure, measureSetting } from './rounds.ts';
import { judgeHitLatency } from './steady.ts';
import { judgeAnswers, judgeMissLatency, judgeRatios } from './targets.ts';
import { createStreams } from './workloads.ts';

/** What came of it. */
export interface Results {
  readonly figures: readonly Figure[];
  readonly measurements: readonly Measurement[];
}

/** Measures all parts that are asked for, one after the other. */
export async function measureAll(options: BenchOptions): Promise<Results> {
  pin(BENCH_CORE);
  const issuer = await startIssuer();
  const platform = await startPlatform();
  const streams = createStreams(issuer, createRandom(options.seed));
  const surroundings = { platformUrl: platform.url, dist: options.dist, issuerEnv: issuer.env };
  const bench = { ...options, platform, surroundings, streams };
  const isAsked = (part: Part) => options.parts.includes(part);

  const rounds = isAsked('rounds') ? await measureRounds(bench) : { figures: [], measurements: [] };
  await platform.setLatency(0);
  const measurements = [
    ...rounds.measurements,
    ...(isAsked('start') ? await judgeColdStart(bench) : []),
    ...(isAsked('memory') ? await judgeMemory(bench) : []),
    ...(isAsked('isolation') ? await judgeIsolation(bench) : []),
  ];
  issuer.close();
  platform.kill('SIGKILL');
  await platform.ended;
  return { figures: rounds.figures, measurements };
}

async function measureRounds(bench: Bench): Promise<Results> {
  const { surroundings, streams, workloads, latenciesMs, platform, say } = bench;
  const contenders: Contender[] = [];
  for (const [program, its] of programsOf(surroundings)) {
    const running = await start(program, PROGRAM_CORE);
    const addressee = await introduce(program.name, running.url, streams);
    contenders.push({ name: program.name, running, addressee, workloads: its });
  }
  say('All programs give the same answers, value by value.\n');
  const figures: Figure[] = [];
  for (const latencyMs of latenciesMs) {
    await platform.setLatency(latencyMs);
    for (const workload of workloads) {
      const measured = await measureSetting({ workload, latencyMs }, contenders, bench);
      figures.push(...measured);
      for (const { program, cpuSecondsPer1000, perSecond, p99Ms, calls, problems } of measured)
        say(
          `${workload}, ${latencyMs} ms: ${program}: ${cpuSecondsPer1000.toFixed(4)} CPU s per 1,000, ` +
            `${Math.round(perSecond)}/s, p99 ${p99Ms.toFixed(1)} ms, ${calls.toFixed(2)} calls, ${describeProblems(problems)}`,
        );
    }
  }
  await platform.setLatency(0);
  const measurements = [
    ...judgeRatios(figures, latenciesMs),
    ...(await judgeHitLatency(bench, contenders, figures)),
    ...judgeMissLatency(figures),
    judgeAnswers(figures),
  ];
  await Promise.all(contenders.map(({ running }) => running.end()));
  return { figures, measurements };
}
