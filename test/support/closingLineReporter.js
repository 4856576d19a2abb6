/** Ends the run with one plain line, and names what was skipped and why it could be: nothing is skipped in silence. */
export default class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    const skipped = results.numPendingTests + results.numTodoTests;
    for (const file of results.testResults) {
      for (const test of file.testResults) {
        if (test.status === 'pending') process.stdout.write(`SKIPPED ${test.fullName}\n`);
      }
    }
    process.stdout.write(`\n${results.numPassedTests} passed, ${results.numFailedTests} failed, ${skipped} skipped\n`);
  }
}
