/** The orchestrations that hosts are measured by; they are the same for each. */
import * as df from 'durable-functions';
import type { OrchestrationContext, Task } from 'durable-functions';

type Result = Generator<Task, unknown, number>;

const later = ({ df: d }: OrchestrationContext, ms: number) =>
  d.createTimer(new Date(d.currentUtcDateTime.getTime() + ms));
const dayMs = 24 * 3600 * 1000;

df.app.activity('double', { handler: (n: number) => n * 2 });

/** Two activities at once, and a timer. */
df.app.orchestration('fan', function* (context: OrchestrationContext): Result {
  const n = context.df.getInput<number>();
  const both = [context.df.callActivity('double', n), context.df.callActivity('double', n + 1)];
  const doubled = (yield context.df.Task.all(both)) as unknown as readonly number[]; // what Task.all gives
  yield later(context, 1);
  return doubled;
});

/** Ten activities, one after another. */
df.app.orchestration('chain', function* (context: OrchestrationContext): Result {
  let n = 1;
  for (let calls = 0; calls < 10; calls++) n = yield context.df.callActivity('double', n);
  return n;
});

/** Some KB of input, and a day to wait. */
df.app.orchestration('wait', function* (context: OrchestrationContext): Result {
  yield later(context, dayMs);
  return undefined;
});

/** Ten activities, and a day to wait. */
df.app.orchestration('chain-and-wait', function* (context: OrchestrationContext): Result {
  let n = 1;
  for (let calls = 0; calls < 10; calls++) n = yield context.df.callActivity('double', n);
  yield later(context, dayMs);
  return n;
});
