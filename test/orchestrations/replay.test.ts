/** Does today's orchestrator ask for what a recorded run asked for? A change of its shape breaks runs in flight. */
import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { HistoryEvent } from '../../infra/local/host/history-event.js';
import type { Action } from '../../infra/local/host/replay-actions.js';
import { ReplayWalk } from '../../infra/local/host/replay-walk.js';
import { reconcileSite } from '../../orchestrations/reconcile-site.orchestrator.js';

interface Recorded {
  readonly instanceId: string;
  readonly input: unknown;
  readonly historyEvents: readonly HistoryEvent[];
}

interface Replayed {
  readonly isDone: boolean;
  readonly actions: readonly (readonly Action[])[];
}

const { DurableOrchestrationInput, createOrchestrator } = createRequire(import.meta.url)(
  'durable-functions/lib/src/util/testingUtils.js',
) as {
  createOrchestrator: (orchestrator: unknown) => (input: object, context: object) => Promise<Replayed>;
  DurableOrchestrationInput: new (
    instanceId: string,
    history: unknown,
    input: unknown,
    ...rest: unknown[]
  ) => object;
}; // the SDK's own, which it doesn't declare

/** The schema that the host asks for (V3): with the older ones `Task.all` is not told from its parts. */
const schema = 2;

const taskScheduled = 4;
const timerCreated = 10;

/** A build of one gateway, from its request until it is at rest; recorded in the local region. */
function recorded(): Recorded {
  const file = new URL('./histories/build.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Recorded; // as the host answered it
}

test('reconcileSite asks for the same as in the recorded build, in the same order, and ends', async () => {
  const { instanceId, input, historyEvents } = recorded();
  const replayed = await createOrchestrator(reconcileSite)(
    new DurableOrchestrationInput(instanceId, historyEvents, input, undefined, undefined, undefined, schema),
    {},
  );
  const begun = historyEvents
    .filter(({ EventType }) => EventType === taskScheduled || EventType === timerCreated)
    .sort((a, b) => a.EventId - b.EventId)
    .map(({ Name, FireAt }) => Name ?? FireAt);
  const walk = new ReplayWalk();
  walk.extend(JSON.parse(JSON.stringify(replayed.actions.flat())) as readonly Action[]); // as on the wire
  for (const event of recorded().historyEvents) walk.feed(event); // the SDK changes those that it gets
  const asked = walk.takeFresh().map((leaf) => (leaf.kind === 'timer' ? leaf.fireAt : leaf.name));
  expect(begun).toContain('runSetup');
  expect(asked).toEqual(begun);
  expect(replayed).toMatchObject({ isDone: true });
});
