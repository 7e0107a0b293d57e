/** An app whose client asks for an orchestration again and again while the host starts, until it is taken. */
import { app } from '@azure/functions';
import * as df from 'durable-functions';
import type { OrchestrationContext, Task } from 'durable-functions';

/** How often the activity was called, and what the host answered before it took the start. */
export const seen = { calls: 0, refusals: new Set<string>() };

const host = `http://${process.env['WEBSITE_HOSTNAME'] ?? ''}`;

app.http('begin', {
  methods: ['POST'],
  authLevel: 'anonymous',
  extraInputs: [df.input.durableClient()],
  handler: async (_, context) => {
    const instanceId = await df.getClient(context).startNew('one', { instanceId: 'one' });
    return { status: 202, body: instanceId };
  },
});
df.app.orchestration('one', function* ({ df: d }: OrchestrationContext): Generator<Task, unknown, unknown> {
  yield d.callActivity('last', 1);
  return yield d.callActivity('last', 2);
});
df.app.orchestration('other', function* ({ df: d }: OrchestrationContext): Generator<Task, unknown, unknown> {
  return yield d.createTimer(d.currentUtcDateTime);
});
df.app.activity('last', {
  handler: async (input: unknown) => {
    seen.calls++;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return input;
  },
});
// Its library is loaded as the host starts, which takes a while.
app.storageQueue('taken', { queueName: 'work', connection: 'NOWHERE', handler: () => undefined });
app.eventGrid('told', { handler: () => undefined });

/** Asks for the orchestration, and for what else there is. @returns whether it was taken */
async function ask(): Promise<boolean> {
  const management = await fetch(`${host}/runtime/webhooks/durabletask/orchestrators/other/other`, {
    method: 'POST',
  });
  const event = await fetch(`${host}/runtime/webhooks/eventgrid?functionName=told`, {
    method: 'POST',
    headers: { 'aeg-event-type': 'Notification' },
    body: '[]',
  });
  const begun = await fetch(`${host}/api/begin`, { method: 'POST' });
  if (begun.status === 202) return true;
  for (const { status } of [management, event]) seen.refusals.add(String(status));
  return false;
}

async function insist(): Promise<void> {
  while (!(await ask())) await new Promise((resolve) => setTimeout(resolve, 1));
}

// Once while the app is loaded, however quick the host is; then on and on, while the host goes on with its start.
await ask();
void insist();
