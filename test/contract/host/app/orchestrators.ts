/** What do orchestrations of the contract do? One pattern each, after those of the documentation. */
import * as df from 'durable-functions';
import type { OrchestrationContext, Task } from 'durable-functions';
import { note } from './notes.js';

/** What an orchestrator yields, answers and gets back. */
type Orchestrator<Result = unknown> = Generator<Task, unknown, Result>;

const later = (context: OrchestrationContext, seconds: number) =>
  new Date(context.df.currentUtcDateTime.getTime() + seconds * 1000);

df.app.orchestration('echo', function* (context): Orchestrator {
  yield context.df.callActivity('double', 1);
  return context.df.getInput();
});

df.app.orchestration('chain', function* (context: OrchestrationContext): Orchestrator<number> {
  let n = context.df.getInput<number>();
  for (let step = 0; step < 3; step++) n = yield context.df.callActivity('double', n);
  return n;
});

/** Activities of the given seconds, all at once; answers their results. */
df.app.orchestration('fanOut', function* (context: OrchestrationContext): Orchestrator {
  const { subject, seconds } = context.df.getInput<{ subject: string; seconds: number[] }>();
  return yield context.df.Task.all(
    seconds.map((each, index) => context.df.callActivity('last', { subject, seconds: each, result: index })),
  );
});

/** Waits, and answers by how much. */
df.app.orchestration('sleep', function* (context: OrchestrationContext): Orchestrator {
  const begun = context.df.currentUtcDateTime.getTime();
  yield context.df.createTimer(later(context, context.df.getInput<number>()));
  return context.df.currentUtcDateTime.getTime() - begun;
});

/** Notes what must be equal in each replay, and what is to be seen once. */
df.app.orchestration('replay', function* (context: OrchestrationContext): Orchestrator {
  const subject = context.df.getInput<string>();
  note(`${subject}-time`, context.df.currentUtcDateTime.toISOString());
  note(`${subject}-guid`, context.df.newGuid('a'));
  if (!context.df.isReplaying) note(`${subject}-first`, 'begun');
  yield context.df.callActivity('double', 1);
  if (!context.df.isReplaying) note(`${subject}-second`, 'called');
  yield context.df.callActivity('double', 2);
  note(`${subject}-later`, context.df.currentUtcDateTime.toISOString());
  return context.df.instanceId;
});

/** Begins anew until its input is 3; calls an activity each time. */
df.app.orchestration('eternal', function* (context: OrchestrationContext): Orchestrator<number> {
  const n = context.df.getInput<number>();
  yield context.df.callActivity('double', n);
  if (n >= 3) return n;
  context.df.continueAsNew(n + 1);
  return undefined;
});

/** Tells how far it is. */
df.app.orchestration('progress', function* (context: OrchestrationContext): Orchestrator {
  context.df.setCustomStatus({ step: 'begun' });
  yield context.df.createTimer(later(context, context.df.getInput<number>()));
  context.df.setCustomStatus({ step: 'slept' });
  return 'done';
});

/** Waits, then notes that it went on. */
df.app.orchestration('waitAndNote', function* (context: OrchestrationContext): Orchestrator {
  const { subject, seconds } = context.df.getInput<{ subject: string; seconds: number }>();
  yield context.df.createTimer(later(context, seconds));
  yield context.df.callActivity('note', { subject, what: 'went on' });
  return 'went on';
});

df.app.orchestration('version', function* (context: OrchestrationContext): Orchestrator {
  yield context.df.callActivity('double', 1);
  return context.df.version ?? null;
});

/** The first of several activities. */
df.app.orchestration('race', function* (context: OrchestrationContext): Orchestrator<Task> {
  const { subject, seconds } = context.df.getInput<{ subject: string; seconds: number[] }>();
  const tasks = seconds.map((each, index) =>
    context.df.callActivity('last', { subject, seconds: each, result: index }),
  );
  const first = yield context.df.Task.any(tasks);
  return first.result;
});

/** An activity that is given so many seconds; the timer is cancelled when it isn't needed. */
df.app.orchestration('deadline', function* (context: OrchestrationContext): Orchestrator<Task> {
  const { subject, lasts, given } = context.df.getInput<{ subject: string; lasts: number; given: number }>();
  const timer = context.df.createTimer(later(context, given));
  const work = context.df.callActivity('last', { subject, seconds: lasts });
  const winner = yield context.df.Task.any([work, timer]);
  if (winner === timer) return 'too late';
  timer.cancel();
  return 'in time';
});

df.app.orchestration('approval', function* (context: OrchestrationContext): Orchestrator {
  return yield context.df.waitForExternalEvent('approved');
});

/** Looks for its event after so many seconds. */
df.app.orchestration('lateApproval', function* (context: OrchestrationContext): Orchestrator {
  yield context.df.createTimer(later(context, context.df.getInput<number>()));
  return yield context.df.waitForExternalEvent('approved');
});

df.app.orchestration('parent', function* (context: OrchestrationContext): Orchestrator {
  return yield context.df.callSubOrchestrator('child', context.df.getInput());
});

df.app.orchestration('child', function* (context: OrchestrationContext): Orchestrator<number> {
  const doubled = yield context.df.callActivity('double', context.df.getInput<number>());
  return { doubled, parent: context.df.parentInstanceId };
});

df.app.orchestration('count', function* (context: OrchestrationContext): Orchestrator {
  const counter = new df.EntityId('counter', context.df.getInput<string>());
  yield context.df.callEntity(counter, 'add', 2);
  yield context.df.callEntity(counter, 'add', 3);
  return yield context.df.callEntity(counter, 'get');
});

df.app.orchestration('ask', function* (context: OrchestrationContext): Orchestrator<{ statusCode: number }> {
  const answer = yield context.df.callHttp({ method: 'GET', url: context.df.getInput<string>() });
  return answer.statusCode;
});
