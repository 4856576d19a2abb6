/** How much is measured. */
export interface Size {
  /** Of each program in each load: they take turns. */
  readonly rounds: number;
  readonly roundSeconds: number;
  /** Customers asked for before the first round of each load, until code is compiled; a moment more before each round. */
  readonly warmFigures: number;
  readonly settleSeconds: number;
  readonly steadySeconds: number;
  readonly coldStarts: number;
  /** Requests of the memory run. */
  readonly memoryAnswers: number;
  /** Customers' answers that are checked beside those of the rounds. */
  readonly isolationAnswers: number;
}

/** Figures to quote. */
export const FULL_SIZE: Size = {
  rounds: 5,
  roundSeconds: 1.2,
  warmFigures: 30_000,
  settleSeconds: 0.3,
  steadySeconds: 10,
  coldStarts: 7,
  memoryAnswers: 1_000_000,
  isolationAnswers: 1_000_000,
};

/** A first look. */
export const QUICK_SIZE: Size = {
  rounds: 2,
  roundSeconds: 0.4,
  warmFigures: 1500,
  settleSeconds: 0.1,
  steadySeconds: 2,
  coldStarts: 1,
  memoryAnswers: 30_000,
  isolationAnswers: 20_000,
};
