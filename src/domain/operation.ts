/** What one operation has cost so far. Counted as it runs, read for its log line. */
export interface OperationMeter {
  /** Platform calls sent for this operation, replays included; a token fetched for everybody is not counted. */
  platformCalls: number;
}

/** What every read is done under: when to stop, and what to count. */
export interface ReadContext {
  /** Aborts at the operation's deadline, or when its caller has gone; its reason is the error to show. */
  readonly signal: AbortSignal;
  readonly meter: OperationMeter;
}
