/** A small app for the host's tests: orchestrations of activities and a timer, HTTP triggers, and a queue if there is one. */
import { app } from '@azure/functions';
import * as df from 'durable-functions';
import type { OrchestrationContext, Task } from 'durable-functions';

let isFirstTurn = true;
/** How often `double` was called. */
let doubled = 0;
const taken: { readonly message: unknown; readonly metadata: unknown }[] = [];

df.app.activity('double', {
  handler: (n: number) => {
    doubled++;
    return n * 2;
  },
});
df.app.activity('fail', {
  handler: () => {
    throw new Error('this activity fails');
  },
});
df.app.orchestration('fan', function* (context: OrchestrationContext): Generator<Task, unknown, number[]> {
  const n = context.df.getInput<number>();
  const doubled = yield context.df.Task.all([
    context.df.callActivity('double', n),
    context.df.callActivity('double', n + 1),
  ]);
  yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 10));
  return doubled;
});
df.app.orchestration('eternal', function* (context: OrchestrationContext): Generator<Task, unknown, number> {
  const n = context.df.getInput<number>();
  if (n >= 3) return n;
  context.df.continueAsNew(yield context.df.callActivity('double', n));
  return undefined;
});
df.app.orchestration('fails', function* (context: OrchestrationContext): Generator<Task, unknown, unknown> {
  return yield context.df.callActivity('fail');
});
df.app.orchestration('any', function* (context: OrchestrationContext): Generator<Task, unknown, unknown> {
  return yield context.df.Task.any([context.df.callActivity('double', 1)]);
});
df.app.orchestration('fickle', function* (context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const name = isFirstTurn ? 'double' : 'fail';
  isFirstTurn = false;
  yield context.df.callActivity(name, 1);
  return yield context.df.callActivity('double', 2);
});
app.http('hello', {
  methods: ['GET'],
  route: 'hello/{name}',
  authLevel: 'function',
  handler: (request) => ({ jsonBody: { hello: request.params['name'] } }),
});
app.http('start', {
  methods: ['POST'],
  route: 'start/{name}',
  authLevel: 'anonymous',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const client = df.getClient(context);
    const instanceId = request.query.get('id') ?? 'one';
    await client.startNew(request.params['name'] ?? '', { instanceId, input: await request.json() });
    return { jsonBody: await client.getStatus(instanceId) };
  },
});
app.http('seen', {
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: () => ({ jsonBody: { doubled, taken } }),
});
// A queue trigger without its setting keeps the host from starting.
if (process.env['SmallAppStorage'] !== undefined) {
  app.storageQueue('take', {
    queueName: 'work',
    connection: 'SmallAppStorage',
    handler: (message, { triggerMetadata }) => {
      taken.push({ message, metadata: triggerMetadata });
      if (message === 'bad') throw new Error('this message can’t be taken');
    },
  });
}
