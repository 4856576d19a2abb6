import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/processes.ts';
import type { Figure } from './rounds.ts';
import { NAMES } from './targets.ts';

/** What the figures hang on: the machine, and the versions. */
export function describeMachine(dist: string): string {
  const versions = ['@apollo/server', '@apollo/datasource-rest', 'dataloader', 'got', 'fastify', 'mercurius']
    .concat(['mercurius-cache', 'graphql-jit', 'undici', 'graphql'])
    .map((name) => `${name} ${versionOf(join(ROOT, 'bench/node_modules', name))}`);
  return [
    `${cpus().length} x ${cpus()[0]?.model ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release()}, Node ${process.version}`,
    `Peers: ${versions.join(', ')}`,
    `Ours: loyalty-graph ${versionOf(join(dist, '..'))} (${dist}): tokens, limits, metrics, logs on`,
  ].join('\n');
}

function versionOf(folder: string): string {
  return (
    (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly version?: string }).version ?? ''
  );
}

const HEAD = [
  'load',
  'platform',
  'program',
  'CPU s / 1,000',
  '/ ours (got)',
  '/ ours (undici)',
  'requests/s',
  'p99 ms',
  'calls',
];

/** All figures as one table in Markdown, cheapest first in each load. */
export function formatFigures(figures: readonly Figure[]): string {
  const settings = new Map<string, Figure[]>();
  for (const figure of figures) {
    const key = `${figure.workload} ${figure.latencyMs}`;
    settings.set(key, [...(settings.get(key) ?? []), figure]);
  }
  const rows = [...settings.values()].flatMap((each) => {
    const ours = [NAMES.got, NAMES.undici].map((name) => each.find(({ program }) => program === name));
    return each
      .toSorted((a, b) => a.cpuSecondsPer1000 - b.cpuSecondsPer1000)
      .map((figure) => [
        figure.workload,
        `${figure.latencyMs} ms`,
        figure.program,
        figure.cpuSecondsPer1000.toFixed(4),
        ...ours.map((our) => (our === undefined ? '' : (figure.cpuSecondsPer1000 / our.cpuSecondsPer1000).toFixed(2))),
        Math.round(figure.perSecond).toString(),
        figure.p99Ms.toFixed(1),
        figure.calls.toFixed(2),
      ]);
  });
  const widths = HEAD.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const isText = (column: number) => column < 3;
  const line = (cells: readonly string[]) =>
    `| ${cells
      .map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join(' | ')} |`;
  const rule = widths.map((width, column) => (isText(column) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(HEAD), line(rule), ...rows.map(line)].join('\n');
}
