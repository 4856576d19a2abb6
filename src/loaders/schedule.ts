/** Runs a job once all fields of a level have asked for what they need. */
export type Schedule = (job: () => void) => void;

/**
 * One queue for all that an operation asks for, run behind the promise jobs that are waiting now and those that they lead
 * to, as DataLoader does: each resolver of a level has then made its load.
 */
export function createSchedule(): Schedule {
  let jobs: (() => void)[] = [];

  function run(): void {
    const due = jobs;
    jobs = [];
    for (const job of due) job();
  }

  return (job) => {
    if (jobs.push(job) === 1) void NOW.then(() => process.nextTick(run));
  };
}

const NOW = Promise.resolve();
