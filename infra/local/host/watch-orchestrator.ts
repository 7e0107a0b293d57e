/**
 * What does an orchestrator do that its actions don't show? Two mistakes leave no trace on the wire, and the real engine
 * answers them by doing work twice or by waiting for ever: a task that is yielded again inside another `Task.all` or
 * `Task.any`, and a function that isn't a plain generator. The SDK's context is watched for both.
 */

/** What was seen during one turn. */
export interface Watched {
  /** The first mistake, in words; `undefined` without one. */
  mistake(): string | undefined;
}

/** The part of the SDK's context that is watched (`DurableOrchestrationContext` of durable-functions 3.5). */
interface SdkContext {
  readonly Task: Record<'all' | 'any', (tasks: readonly unknown[]) => object>;
  readonly taskOrchestratorExecutor?: { readonly generator?: unknown };
}

/** A task of the SDK; it is scheduled once it has been yielded, alone or inside another. */
interface SdkTask {
  readonly alreadyScheduled?: boolean;
}

const again =
  'is yielded again inside another Task.all or Task.any. The JavaScript SDK lists it once more, and the real engine runs it again, or waits for ever when it had ended. Give each Task.all fresh tasks, and yield each once.';

/** Watches the turn that a function's invocation context is for; the SDK puts `df` there as the turn begins. */
export function watchOrchestrator(invocation: object): Watched {
  let given: SdkContext | undefined;
  let repeated: string | undefined;
  Object.defineProperty(invocation, 'df', {
    configurable: true,
    enumerable: true,
    get: () => given,
    set: (context: SdkContext) => {
      given = context;
      watchCompounds(context, (mistake) => (repeated ??= mistake));
    },
  });
  return {
    mistake: () => {
      const { taskOrchestratorExecutor: executor } = given ?? {};
      return (executor === undefined ? undefined : notAGenerator(executor.generator)) ?? repeated;
    },
  };
}

function watchCompounds({ Task }: SdkContext, tell: (mistake: string) => void): void {
  const inCompound = new WeakSet();
  for (const name of ['all', 'any'] as const) {
    const make = Task[name].bind(Task);
    Task[name] = (tasks) => {
      for (const [index, task] of tasks.entries()) {
        if (typeof task !== 'object' || task === null) continue; // the SDK itself refuses it
        if (inCompound.has(task) || (task as SdkTask).alreadyScheduled === true)
          tell(`Task ${index} of a Task.${name} ${again}`);
        inCompound.add(task);
      }
      return make(tasks);
    };
  }
}

function notAGenerator(made: unknown): string | undefined {
  const isObject = typeof made === 'object' && made !== null;
  if (isObject && (Symbol.asyncIterator in made || 'then' in made))
    return 'Not deterministic: the orchestrator is async. What it awaits is not in the history, so a replay can’t give it again; write it as function* and yield tasks.';
  if (!isObject || !(Symbol.iterator in made))
    return 'The orchestrator is no generator: write it as function* and yield tasks.';
  return undefined;
}
