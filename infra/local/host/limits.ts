/** How many of a kind may run at once? Limiters for activities and orchestrators, by what `host.json` says. */
import type { Invoker } from './invoke-function.js';

/** Lets so many run at once; the others wait in the order in which they came. */
export class Limiter {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param most 1 or more; `Infinity` for no limit */
  constructor(readonly most: number) {
    if (!(most >= 1)) throw new RangeError(`A limit is 1 or more, not ${most}.`);
  }

  /** Runs a task as soon as there is room. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running < this.most) this.#running++;
    // Who ends hands its place on, so that a newcomer can't take it.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  /** Tasks that run, and those that wait. */
  get load(): { readonly running: number; readonly waiting: number } {
    return { running: this.#running, waiting: this.#waiting.length };
  }
}

/** How many may run at once, by what `host.json` says. */
export interface Concurrency {
  /** `extensions.durableTask.maxConcurrentActivityFunctions`. */
  readonly activities: number;
  /** `extensions.durableTask.maxConcurrentOrchestratorFunctions`: turns, not instances. */
  readonly orchestrators: number;
}

/**
 * Lets activities and turns of orchestrators wait until there is room for them; other functions are called at once.
 *
 * @param triggerOf type of a function's trigger
 */
export function withLimits(
  invoker: Invoker,
  triggerOf: (name: string) => string | undefined,
  most: Concurrency,
): Invoker {
  const limiters: Readonly<Record<string, Limiter>> = {
    activityTrigger: new Limiter(most.activities),
    orchestrationTrigger: new Limiter(most.orchestrators),
  };
  return {
    invoke(...call) {
      const [name] = call;
      const invoke = () => invoker.invoke(...call);
      return limiters[triggerOf(name) ?? '']?.run(invoke) ?? invoke();
    },
  };
}
