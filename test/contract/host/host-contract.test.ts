/**
 * Does the local host behave as the documentation of Functions and Durable Functions has it? Each expectation is a test;
 * those in `unmet.ts` have to fail, so that the list can't go stale.
 */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { ContractClient } from './contract-client.js';
import type { Expectation } from './expectation.js';
import { failures } from './expectations/failures.js';
import { http } from './expectations/http.js';
import { management } from './expectations/management.js';
import { messages, queueName } from './expectations/messages.js';
import { orchestrations } from './expectations/orchestrations.js';
import { afterRestart, beforeRestart, downSeconds, type BeforeRestart } from './expectations/restarts.js';
import { timersThatRun } from './expectations/timers.js';
import type { HostUnderTest, HostWish, RunningHost } from './host-under-test.js';
import { localHost } from './local-host.js';
import { unmetByLocalHost } from './unmet.js';

jest.setTimeout(60_000);

const wish: HostWish = {
  appFile: new URL('./app/main.ts', import.meta.url).href,
  hostJson: {
    version: '2.0',
    functionTimeout: '00:00:40',
    extensions: {
      http: { routePrefix: 'v1' },
      queues: { maxPollingInterval: '00:00:02' },
      durableTask: { hubName: 'Contract', defaultVersion: '2.1', maxConcurrentActivityFunctions: 5 },
    },
  },
  settings: {
    MINUTELY: '0 * * * * *',
    QUEUE: queueName,
    ...Object.fromEntries(
      ['', 'Timer', 'Events', 'Activity', 'Orchestrator'].map((what) => [
        `AzureWebJobs.switchedOff${what}.Disabled`,
        'true',
      ]),
    ),
  },
  state: 'lasting',
};

let kind: HostUnderTest;
let host: RunningHost;
let client: ContractClient;
/** Runs beside the other, since a restart takes its time. */
let restarted: Promise<{ readonly host: RunningHost; readonly client: ContractClient }>;
let before: BeforeRestart;

const met: string[] = [];
const unmet: string[] = [];

beforeAll(async () => {
  kind = await localHost();
  host = await kind.start(wish);
  client = new ContractClient(host, kind, 'lasting');
  restarted = restart();
  restarted.catch(() => undefined); // thrown where it is awaited
});

async function restart(): Promise<{ readonly host: RunningHost; readonly client: ContractClient }> {
  const own = { ...wish, settings: { ...wish.settings, QUEUE: 'restarted' }, state: 'restarted' };
  const first = await kind.start(own);
  before = await beforeRestart(new ContractClient(first, kind, 'before'));
  await first.close();
  await client.pass(downSeconds);
  const second = await kind.start(own);
  return { host: second, client: new ContractClient(second, kind, 'after') };
}

afterAll(async () => {
  await Promise.all([host.close(), restarted.then((second) => second.host.close())]);
  await kind.close();
  process.stderr.write(`${met.length} met, ${unmet.length} unmet: ${unmet.join('; ') || 'none'}\n`);
});

const onRestarted = afterRestart(() => before);
const all = [
  ...orchestrations,
  ...failures,
  ...management,
  ...http,
  ...timersThatRun,
  ...messages,
  ...onRestarted,
];

test.concurrent.each(all)('host meets "$name"', async (expectation) => {
  const reason = unmetByLocalHost[expectation.name];
  const failure = await failureOf(expectation);
  (failure === undefined ? met : unmet).push(expectation.name);
  if (reason === undefined) {
    if (failure !== undefined)
      throw new Error(`${failure.message}\n\nExpected by ${expectation.source}.`, { cause: failure });
  } else if (failure === undefined)
    throw new Error(`It is met; take it out of unmet.ts, where it stands because ${reason}.`);
});

test('expectations are told apart, have a source, and those that are unmet are among them', () => {
  const names = all.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(all.filter(({ source }) => source.trim() === '')).toEqual([]);
  expect(Object.keys(unmetByLocalHost).filter((name) => !names.includes(name))).toEqual([]);
});

async function failureOf(expectation: Expectation): Promise<Error | undefined> {
  try {
    await expectation.check(onRestarted.includes(expectation) ? (await restarted).client : client);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error), { cause: error });
  }
}
