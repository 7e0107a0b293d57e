/** An app whose activities leave a line in a file: what was really done can be held against what a history says. */
import * as df from 'durable-functions';
import type { OrchestrationContext, Task } from 'durable-functions';
import { appendFileSync } from 'node:fs';

const ledger = process.env['LEDGER'] ?? '';
let count = 0;

/** Steps that `moody` was called for in this process; the first call fails. */
const tried = new Set<string>();

/** Writes down that it ran. @returns a token that no other call has */
function note(step: string): string {
  const token = `${step}#${process.pid}-${count++}`;
  appendFileSync(ledger, `${token}\n`);
  return token;
}

df.app.activity('note', { handler: (step: string) => note(step) });

df.app.activity('moody', {
  handler: (step: string) => {
    if (tried.has(step)) return note(step);
    tried.add(step);
    throw new Error('not at the first time');
  },
});

/** Two at once, a pause, a new run, a chain, a call that has to be tried again. */
df.app.orchestration('ledger', function* (context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const { df: durable } = context;
  const id = durable.instanceId;
  const before = durable.getInput<readonly string[] | null>();
  if (before === null) {
    const both = yield durable.Task.all([
      durable.callActivity('note', `${id}/a`),
      durable.callActivity('note', `${id}/b`),
    ]);
    yield durable.createTimer(new Date(durable.currentUtcDateTime.getTime() + 20));
    durable.continueAsNew(both);
    return undefined;
  }
  const tokens = [...before];
  for (const step of ['c', 'd', 'e'])
    tokens.push(String(yield durable.callActivity('note', `${id}/${step}`)));
  const retries = new df.RetryOptions(5, 100); // each process that is killed over it costs a try
  tokens.push(String(yield durable.callActivityWithRetry('moody', retries, `${id}/f`)));
  return tokens;
});
