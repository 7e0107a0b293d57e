/** What becomes of an invocation that lasts too long? It fails, as `functionTimeout` of `host.json` wants it. */
import type { Log } from './functions-core.js';
import type { Invoker } from './invoke-function.js';
import { longestTimeoutMs } from './longest-timeout.js';
import { writeTimeSpan } from './time-span.js';

/**
 * Whether an invocation fails at its limit, or is only told of. The latter is for a scaled clock: what a function
 * computes isn't scaled, so it looks slower than it is.
 */
export type TimeoutMode = 'fails' | 'told';

/**
 * Lets invocations fail that last longer than the limit, in the real host's words (webjobs-sdk, FunctionExecutor.cs).
 *
 * What the function does goes on; in Azure its worker is restarted, and takes every other invocation in it along.
 *
 * @param limitMs `undefined` for no limit
 */
export function withTimeout(
  invoker: Invoker,
  {
    limitMs,
    mode,
    log,
  }: { readonly limitMs: number | undefined; readonly mode: TimeoutMode; readonly log: Log },
): Invoker {
  // No invocation lasts so long here.
  if (limitMs === undefined || limitMs > longestTimeoutMs) return invoker;
  const limit = writeTimeSpan(limitMs);
  return {
    async invoke(...call) {
      const [name] = call;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          log('error', `Timeout value of ${limit} exceeded by function 'Functions.${name}'.`);
          if (mode === 'fails')
            reject(new Error(`Timeout value of ${limit} was exceeded by function: Functions.${name}`));
        }, limitMs);
      });
      try {
        return await Promise.race([invoker.invoke(...call), late]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
