/** What a read gave: an answer of the platform, and whether a newer one was wanted and could not be had. */
export interface Reading<Answer> {
  readonly answer: Answer;
  readonly isStale: boolean;
}
