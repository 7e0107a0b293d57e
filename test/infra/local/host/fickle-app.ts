/** An app of orchestrators that aren't deterministic, each in a way that happens, and of well-behaved ones beside them. */
import * as df from 'durable-functions';
import type { OrchestrationContext, Task } from 'durable-functions';

type Orchestrator = (context: OrchestrationContext) => Generator<Task, unknown, never>;

/** What a module keeps from turn to turn. */
let turns = 0;
const seen = new Map<string, number>();
const drawn = [0.2, 0.8];

for (const name of ['one', 'two', 'three', 'wait'])
  df.app.activity(name, {
    handler: (input: unknown) => new Promise((resolve) => setTimeout(resolve, 5, input ?? name)),
  });

/** An orchestrator that goes on for a turn after what it does wrong. */
function fickle(name: string, body: Orchestrator): void {
  df.app.orchestration(name, function* (context: OrchestrationContext): Generator<Task, unknown, never> {
    turns++;
    yield* body(context);
    yield context.df.callActivity('wait');
    return undefined;
  });
}

fickle('clock-in-a-timer', function* ({ df: d }) {
  yield d.createTimer(new Date(Date.now() + 20));
});
fickle('clock-in-an-input', function* ({ df: d }) {
  yield d.callActivity('one', { at: new Date().toISOString() });
});
fickle('random-input', function* ({ df: d }) {
  yield d.callActivity('one', { share: Math.random() });
});
fickle('random-branch', function* ({ df: d }) {
  const share = drawn[turns % 2] ?? 0;
  yield d.callActivity(share < 0.5 ? 'one' : 'two');
});
fickle('environment-branch', function* ({ df: d }) {
  const isFirst = process.env['FICKLE'] === undefined;
  process.env['FICKLE'] = 'set';
  if (isFirst) yield d.createTimer(new Date(d.currentUtcDateTime.getTime() + 5));
  else yield d.callActivity('one');
});
fickle('changed-name', function* ({ df: d }) {
  const calls = (seen.get(d.instanceId) ?? 0) + 1;
  seen.set(d.instanceId, calls);
  yield d.callActivity(calls === 1 ? 'one' : 'three');
});
fickle('swapped-order', function* ({ df: d }) {
  const names = turns % 2 === 0 ? ['one', 'two'] : ['two', 'one'];
  yield d.Task.all(names.map((name) => d.callActivity(name)));
});
fickle('more-before', function* ({ df: d }) {
  const calls = (seen.get(d.instanceId) ?? 0) + 1;
  seen.set(d.instanceId, calls);
  if (calls > 1) yield d.callActivity('two');
  yield d.callActivity('one');
});
fickle('shorter-list', function* ({ df: d }) {
  const calls = (seen.get(d.instanceId) ?? 0) + 1;
  seen.set(d.instanceId, calls);
  yield d.Task.all(['one', 'two', 'three'].slice(0, 4 - calls).map((name) => d.callActivity(name)));
});
fickle('counter-in-a-module', function* ({ df: d }) {
  yield d.callActivity('one', { turns });
});

df.app.orchestration('fewer', function* ({ df: d }: OrchestrationContext): Generator<Task, unknown, never> {
  const calls = (seen.get(d.instanceId) ?? 0) + 1;
  seen.set(d.instanceId, calls);
  if (calls === 1) yield d.callActivity('one');
  return undefined;
});

// What the types forbid and JavaScript doesn't.
const asynchronous = (async ({ df: d }: OrchestrationContext) => {
  await Promise.resolve();
  return d.instanceId;
}) as unknown as Orchestrator;
df.app.orchestration('async-function', asynchronous);
const asyncGenerator = async function* ({ df: d }: OrchestrationContext) {
  yield await Promise.resolve(d.callActivity('one'));
} as unknown as Orchestrator;
df.app.orchestration('async-generator', asyncGenerator);

df.app.orchestration('again-in-all', function* ({ df: d }: OrchestrationContext): Generator<
  Task,
  unknown,
  never
> {
  const task = d.callActivity('one');
  yield d.Task.all([task]);
  yield d.Task.all([task, d.callActivity('two')]);
  return undefined;
});
df.app.orchestration('again-and-caught', function* ({ df: d }: OrchestrationContext): Generator<
  Task,
  unknown,
  never
> {
  const task = d.callActivity('one');
  yield task;
  try {
    yield d.Task.all([task]);
  } catch {
    return 'nothing was wrong';
  }
  return undefined;
});
// What plain JavaScript returns.
const plain = (() => 5) as unknown as Orchestrator;
df.app.orchestration('plain-function', plain);
const plainNothing = (() => undefined) as unknown as Orchestrator;
df.app.orchestration('plain-nothing', plainNothing);
df.app.orchestration('no-task', function* ({ df: d }: OrchestrationContext): Generator<Task, unknown, never> {
  yield d.Task.all([5 as unknown as Task]);
  return undefined;
});
df.app.orchestration('no-time', function* ({ df: d }: OrchestrationContext): Generator<Task, unknown, never> {
  yield d.createTimer(new Date(Number.NaN));
  return undefined;
});
df.app.orchestration('unknown-activity', function* ({ df: d }: OrchestrationContext): Generator<
  Task,
  unknown,
  never
> {
  yield d.callActivity('four');
  return undefined;
});
