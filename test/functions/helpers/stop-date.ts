/** How does a test have dates stand still, while everything that waits goes on? */
import { jest } from '@jest/globals';

/** Until `jest.useRealTimers()`. */
export function stopDate(now: number | Date): void {
  jest.useFakeTimers({
    now,
    doNotFake: [
      'setTimeout',
      'setImmediate',
      'setInterval',
      'nextTick',
      'queueMicrotask',
      'clearTimeout',
      'clearInterval',
      'clearImmediate',
      'performance',
      'hrtime',
    ],
  });
}
