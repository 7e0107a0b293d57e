/** An app for what a client can ask: orchestrations that wait, tell their version, or end at once. */
import * as df from 'durable-functions';
import type { OrchestrationContext, Task } from 'durable-functions';

type Result = Generator<Task, unknown, unknown>;

df.app.activity('echo', { handler: (input: unknown) => input });
df.app.orchestration('quick', function* ({ df: d }: OrchestrationContext): Result {
  return yield d.callActivity('echo', d.getInput());
});
df.app.orchestration('waits', function* ({ df: d }: OrchestrationContext): Result {
  d.setCustomStatus({ waits: true });
  yield d.createTimer(new Date(d.currentUtcDateTime.getTime() + 3_600_000));
  return 'never';
});
/** Pauses until it has been held for a while: the timer fires while it is suspended. */
df.app.orchestration('pauses', function* ({ df: d }: OrchestrationContext): Result {
  yield d.createTimer(new Date(d.currentUtcDateTime.getTime() + 150));
  return yield d.callActivity('echo', 'went on');
});
df.app.orchestration('version', function* ({ df: d }: OrchestrationContext): Result {
  yield d.callActivity('echo', 1);
  return d.version ?? null;
});
df.app.orchestration('failing', function* ({ df: d }: OrchestrationContext): Result {
  yield d.callActivity('echo', 1);
  throw new Error('on purpose');
});
df.app.orchestration('large', function* ({ df: d }: OrchestrationContext): Result {
  yield d.callActivity('echo', 1);
  d.setCustomStatus('x'.repeat(9000));
  return yield d.callActivity('echo', 2);
});
