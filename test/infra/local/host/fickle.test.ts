/** Is each kind of non-determinism caught, at once and with what has to be changed? */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startSmallApp, type SmallApp } from './start-small-app.js';

let app: SmallApp;

beforeAll(async () => {
  app = await startSmallApp({ APP: 'fickle-app' });
}, 30_000);

afterAll(() => app.close());

async function outputOf(name: string): Promise<unknown> {
  const answer = await fetch(`${app.url}/runtime/webhooks/durabletask/orchestrators/${name}/${name}`, {
    method: 'POST',
  });
  expect(answer.status).toBe(202);
  const { runtimeStatus, output } = await app.outcome(name);
  expect(runtimeStatus).toBe('Failed');
  return output;
}

/** Where the first thing that was begun stands in a history. */
const atTheFirst = 'It is event 2 of 4 in the history';

test.each([
  {
    name: 'clock-in-a-timer',
    says: [
      /action 0 was "timer" at \S+Z, replayed it is "timer" at \S+Z\./,
      `${atTheFirst}, TimerCreated 0`,
      'a clock (Date.now, new Date())',
    ],
  },
  {
    name: 'clock-in-an-input',
    says: ['action 0 was "activity one" with input {"at":"', 'TaskScheduled 0', 'a clock in the input'],
  },
  {
    name: 'random-input',
    says: ['action 0 was "activity one" with input {"share":0.', 'randomness in the input'],
  },
  {
    name: 'random-branch',
    says: [
      /action 0 was "activity (one|two)" with input none, replayed it is "activity (one|two)"/,
      'a branch on a clock, randomness',
    ],
  },
  {
    name: 'environment-branch',
    says: [/action 0 was "timer" at \S+, replayed it is "activity one"/, 'the environment'],
  },
  {
    name: 'changed-name',
    says: [
      'action 0 was "activity one" with input none, replayed it is "activity three" with input none.',
      atTheFirst,
      'code that was changed under a running instance',
    ],
  },
  {
    name: 'swapped-order',
    says: [
      /action 1 was "activity (one|two)" with input none, replayed it is "activity (two|one)"/,
      'another order of iteration',
    ],
  },
  {
    name: 'fewer',
    says: [
      'action 0 was "activity one" with input none, replayed it is missing.',
      'asked for less than before',
    ],
  },
  {
    name: 'more-before',
    says: [
      'action 0 was "activity one" with input none, replayed it is "activity two"',
      'an action was put before it',
    ],
  },
  {
    name: 'shorter-list',
    says: [
      'action 0 was "all of 3", replayed it is "all of 2".',
      'It is event 2 of 6 in the history',
      'the list that is fanned out over',
    ],
  },
  {
    name: 'counter-in-a-module',
    says: [
      /action 0 was "activity one" with input \{"turns":\d+\}, replayed it is "activity one" with input \{"turns":\d+\}/,
      'a value kept in a module between turns',
    ],
  },
  { name: 'async-function', says: ['the orchestrator is async', 'write it as function*'] },
  { name: 'async-generator', says: ['the orchestrator is async', 'write it as function*'] },
])('host fails the instance and says why when its orchestrator has $name', async ({ name, says }) => {
  const output = await outputOf(name);
  expect(output).toContain('Not deterministic');
  for (const word of says)
    expect(output).toEqual(expect.stringMatching(word instanceof RegExp ? word : escaped(word)));
});

test.each([
  {
    when: 'a task is yielded again inside another Task.all',
    name: 'again-in-all',
    says: 'Task 0 of a Task.all is yielded again',
  },
  { when: 'that is hidden by a catch', name: 'again-and-caught', says: 'runs it again, or waits for ever' },
  // Seen: the whole host ended over it, and so did each that followed over the same journal.
  { when: 'a timer’s time is none', name: 'no-time', says: 'set to a Date that is no time' },
  { when: 'Task.all is given what is no task', name: 'no-task', says: 'Task.all received a non-valid input' },
  { when: 'an orchestrator is a plain function', name: 'plain-function', says: 'write it as function*' },
  { when: 'it returns nothing', name: 'plain-nothing', says: 'write it as function*' },
  { when: 'an activity isn’t there', name: 'unknown-activity', says: "The function 'four' doesn't exist" },
])('host refuses with the reason when $when', async ({ name, says }) => {
  expect(await outputOf(name)).toContain(says);
});

function escaped(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
}
