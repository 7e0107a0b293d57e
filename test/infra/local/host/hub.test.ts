/** What does a hub make of records that come late, and of instances that are packed? */
import { expect, test } from '@jest/globals';
import { eventType, historyEvent } from '../../../../infra/local/host/history-event.js';
import type { HubRecord } from '../../../../infra/local/host/hub-record.js';
import { Hub } from '../../../../infra/local/host/hub.js';

const at = '2026-11-26T08:00:00.000Z';

function aStart(run: number): HubRecord {
  return { kind: 'started', id: 'one', run, name: 'it', version: '', input: { ü: '€' }, at };
}

function aTurn(run: number): HubRecord {
  const history = [historyEvent(eventType.orchestratorStarted)];
  const becomes = { status: 'Running' } as const;
  return { kind: 'turned', id: 'one', run, at, took: [], history, actions: [], from: 0, becomes };
}

function aResult(run: number): HubRecord {
  const event = historyEvent(eventType.taskCompleted, { TaskScheduledId: 0, Result: '1' });
  return { kind: 'arrived', id: 'one', run, event };
}

/** A hub after these records, and what there is to know of its instance. */
function after(...records: readonly HubRecord[]) {
  const hub = new Hub();
  for (const [index, record] of records.entries()) hub.apply(record, index + 1);
  const instance = hub.instances.get('one');
  if (instance === undefined) throw new Error('There is no instance.');
  const lengths = () => ({ inbox: instance.inbox.length, history: instance.history.length });
  return { hub, instance, lengths };
}

test.each([
  { when: 'it belongs to the run', late: aResult(2), inbox: 2 },
  { when: 'it belongs to the run before', late: aResult(1), inbox: 1 },
])('Hub has $inbox events in the inbox after a result when $when', ({ late, inbox }) => {
  expect(after(aStart(1), aStart(2), late).lengths()).toEqual({ inbox, history: 0 });
});

test.each([
  { when: 'it belongs to the run', late: aTurn(2), history: 1 },
  { when: 'it belongs to the run before', late: aTurn(1), history: 0 },
])('Hub has $history events in the history after a turn when $when', ({ late, history }) => {
  expect(after(aStart(1), aStart(2), late).lengths()).toEqual({ inbox: 1, history });
});

test('Hub answers the same of an instance, and goes on with it, when it is packed', () => {
  const [plain, packed] = [after(aStart(1), aTurn(1)), after(aStart(1), aTurn(1))];
  const records = [aResult(1), aTurn(1)];
  packed.instance.pack();
  expect(packed.instance.isPacked).toBe(true);
  expect(packed.instance.input).toEqual({ ü: '€' });
  for (const [index, record] of records.entries())
    for (const { hub } of [plain, packed]) hub.apply(record, index + 3);
  expect(packed.instance.isPacked).toBe(false);
  expect(packed.lengths()).toEqual({ inbox: 2, history: 2 });
  expect(packed.lengths()).toEqual(plain.lengths());
  expect(packed.instance.played().match(/"IsPlayed":true/g)).toHaveLength(2);
});
