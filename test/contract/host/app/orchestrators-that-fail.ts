/** What do orchestrations do when something fails? Catch it, try again, or fail themselves. */
import * as df from 'durable-functions';
import type { OrchestrationContext, Task } from 'durable-functions';

type Orchestrator<Result = unknown> = Generator<Task, unknown, Result>;

df.app.orchestration('catches', function* (context: OrchestrationContext): Orchestrator {
  try {
    return yield context.df.callActivity('fail', 'the activity fails');
  } catch (error) {
    return `caught: ${error instanceof Error ? error.message : String(error)}`;
  }
});

df.app.orchestration('failsByActivity', function* (context: OrchestrationContext): Orchestrator {
  return yield context.df.callActivity('fail', 'the activity fails');
});

df.app.orchestration('throws', function* (context: OrchestrationContext): Orchestrator {
  yield context.df.callActivity('double', 1);
  throw new Error('the orchestrator throws');
});

/** One of several fails at once; the others last. */
df.app.orchestration('failsAmongOthers', function* (context: OrchestrationContext): Orchestrator {
  const { subject, seconds } = context.df.getInput<{ subject: string; seconds: number }>();
  yield context.df.Task.all([
    context.df.callActivity('fail', 'one of them fails'),
    context.df.callActivity('last', { subject, seconds }),
  ]);
  return 'all ended well';
});

df.app.orchestration('retries', function* (context: OrchestrationContext): Orchestrator {
  const { subject, times, attempts, coefficient } = context.df.getInput<{
    subject: string;
    times: number;
    attempts: number;
    coefficient: number;
  }>();
  const options = new df.RetryOptions(2000, attempts);
  options.backoffCoefficient = coefficient;
  return yield context.df.callActivityWithRetry('failTimes', options, { subject, times });
});

df.app.orchestration('callsNobody', function* (context: OrchestrationContext): Orchestrator {
  return yield context.df.callActivity('noSuchActivity', 1);
});

df.app.orchestration('callsSwitchedOff', function* (context: OrchestrationContext): Orchestrator {
  return yield context.df.callActivity('switchedOffActivity', 1);
});

df.app.orchestration('switchedOffOrchestrator', function* (context: OrchestrationContext): Orchestrator {
  return yield context.df.callActivity('double', 1);
});

let turns = 0;

/** Asks for something else in each replay, which no orchestrator may do. */
df.app.orchestration('fickle', function* (context: OrchestrationContext): Orchestrator {
  turns++;
  yield context.df.callActivity(turns % 2 === 1 ? 'double' : 'note', turns % 2 === 1 ? 1 : { subject: 'x' });
  yield context.df.callActivity('double', 2);
  return 'nobody noticed';
});

df.app.orchestration('parentOfFailing', function* (context: OrchestrationContext): Orchestrator {
  try {
    return yield context.df.callSubOrchestrator('throws');
  } catch (error) {
    return `caught: ${error instanceof Error ? error.message : String(error)}`;
  }
});

let isMended = false;

/** Fails the first time that it is run at all. */
df.app.orchestration('failsOnce', function* (context: OrchestrationContext): Orchestrator {
  return yield context.df.callActivity('failOnce');
});

df.app.activity('failOnce', {
  handler: () => {
    if (isMended) return 'mended';
    isMended = true;
    throw new Error('it fails once');
  },
});
