/** One line of the printed table: a target, and what was measured. */
export interface Measurement {
  readonly target: string;
  readonly required: string;
  readonly measured: string;
  /** Null: not measured in this run; `measured` says why. */
  readonly isMet: boolean | null;
}

const HEAD = ['target', 'required', 'measured', 'ok'] as const;

/** The measurements as a table in Markdown, its columns aligned. */
export function formatTable(measurements: readonly Measurement[]): string {
  const rows = measurements.map(({ target, required, measured, isMet }) => [
    target,
    required,
    measured,
    isMet === null ? '-' : isMet ? 'yes' : 'NO',
  ]);
  const widths = HEAD.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** Whether no target was missed. */
export function areMet(measurements: readonly Measurement[]): boolean {
  return measurements.every(({ isMet }) => isMet !== false);
}

/** `0.973` as `97.3 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Milliseconds, as long as a reader wants them. */
export function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
