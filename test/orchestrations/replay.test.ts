/** Does today's orchestrator ask for what a recorded run asked for? A change of its shape breaks runs in flight. */
import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { readActions, type Action } from '../../infra/local/host/replay-actions.js';
import { reconcileSite } from '../../orchestrations/reconcile-site.orchestrator.js';

interface Event {
  readonly EventType: number;
  readonly EventId: number;
  readonly Name?: string;
  readonly FireAt?: string;
}

interface Recorded {
  readonly instanceId: string;
  readonly input: unknown;
  readonly historyEvents: readonly Event[];
}

interface Replayed {
  readonly isDone: boolean;
  readonly actions: readonly (readonly Action[])[];
}

const { DurableOrchestrationInput, createOrchestrator } = createRequire(import.meta.url)(
  'durable-functions/lib/src/util/testingUtils.js',
) as {
  createOrchestrator: (orchestrator: unknown) => (input: object, context: object) => Promise<Replayed>;
  DurableOrchestrationInput: new (instanceId: string, history: unknown, input: unknown) => object;
}; // the SDK's own, which it doesn't declare

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
    new DurableOrchestrationInput(instanceId, historyEvents, input),
    {},
  );
  const begun = historyEvents
    .filter(({ EventType }) => EventType === taskScheduled || EventType === timerCreated)
    .sort((a, b) => a.EventId - b.EventId)
    .map(({ Name, FireAt }) => Name ?? FireAt);
  const asked = readActions(replayed.actions.flat()).leaves.map(
    ({ action }) => action.functionName ?? new Date(action.fireAt ?? '').toISOString(),
  );
  expect(begun).toContain('runSetup');
  expect(asked).toEqual(begun);
  expect(replayed).toMatchObject({ isDone: true });
});
