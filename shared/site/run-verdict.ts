/** Is a short script on a machine over, though nothing was heard of it? */
import { problem, type Problem } from './problem.js';
import { silenceCode } from './setup-verdict.js';

/** Azure ends the script after 4 min (shared/azure/runs.ts), and delivers it within 460 s (docs/azure.md, 99th percentile). */
const runLimitSeconds = 12 * 60;

/** Says whether a run that began at a time (ISO 8601) can't be waited for any longer. */
export function hasRunTimedOut(begunAt: string, now: Date): boolean {
  return now.getTime() - Date.parse(begunAt) >= runLimitSeconds * 1000;
}

/** The problem of a run of which nothing is heard. */
export function problemOfSilentRun(virtualMachine: string, name: string): Problem {
  return problem(
    'machine-unresponsive',
    `The run command ${name} on ${virtualMachine} has not ended after ${runLimitSeconds / 60} min; its guest agent does not answer.`,
    { code: silenceCode, retryable: true, mend: `Look at ${virtualMachine}; its mending goes on by itself.` },
  );
}
