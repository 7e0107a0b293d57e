/** What comes of an activity's call? An event, whatever it did; and a warning when it answers too much. */
import { expect, test } from '@jest/globals';
import { eventType } from '../../../../infra/local/host/history-event.js';
import type { Invoker } from '../../../../infra/local/host/invoke-function.js';
import { runActivity } from '../../../../infra/local/host/run-activity.js';

/** Calls an activity that gives an answer, or throws it. */
async function called(answer: unknown, input?: unknown) {
  const log: string[] = [];
  const invoker: Invoker = {
    invoke: () =>
      answer instanceof Error ? Promise.reject(answer) : Promise.resolve({ json: JSON.stringify(answer) }),
  };
  const leaf = { kind: 'activity', id: 3, name: 'look', input } as const;
  const event = await runActivity(invoker, (level, text) => void log.push(`${level}: ${text}`), leaf);
  return { event, log };
}

test('runActivity answers a failure as the extension words it when the activity throws', async () => {
  const { event } = await called(new Error('no answer'));
  expect(event).toMatchObject({
    EventType: eventType.taskFailed,
    TaskScheduledId: 3,
    Reason: "Activity function 'look' failed: no answer",
  });
});

test.each([
  { when: 'it answers 45 KB', letters: 45 * 1024 - 2, warnings: 0 },
  { when: 'it answers a byte more', letters: 45 * 1024 - 1, warnings: 1 },
  { when: 'it answers less letters that are more bytes', letters: 23 * 1024, letter: 'ß', warnings: 1 },
])('runActivity warns $warnings times when $when', async ({ letters, letter = 'x', warnings }) => {
  const { event, log } = await called(letter.repeat(letters));
  expect(event).toMatchObject({ EventType: eventType.taskCompleted, TaskScheduledId: 3 });
  expect(log).toHaveLength(warnings);
});

test('runActivity warns when the input is large', async () => {
  const { log } = await called(1, 'x'.repeat(46 * 1024));
  expect(log).toEqual([
    expect.stringMatching(/^warning: look is called with 47104 bytes; keep payloads below 46080/),
  ]);
});

// Seen: the answer was null.
test('runActivity keeps bytes as the base64 of .NET when the activity answers a buffer', async () => {
  const invoker: Invoker = { invoke: () => Promise.resolve({ bytes: Uint8Array.of(0, 255, 128) }) };
  const leaf = { kind: 'activity', id: 3, name: 'look', input: 1 } as const;
  expect(await runActivity(invoker, () => undefined, leaf)).toMatchObject({ Result: '"AP+A"' });
});
