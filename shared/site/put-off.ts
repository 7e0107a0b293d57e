/** Did Azure put a write off until another operation is over, without doing anything? */
import type { Problem } from './problem.js';

/**
 * Says whether something that the write refers to is still being written: `429 RetryableError` with the detail
 * `RetryableErrorDueToAnotherOperation` (recorded: docs/azure.md, Refusals).
 */
export function isPutOff({ code }: Pick<Problem, 'code'>): boolean {
  return code === 'RetryableError';
}
