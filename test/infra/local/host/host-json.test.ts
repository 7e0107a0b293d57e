/** What of host.json is obeyed, what is told of, what is refused? */
import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { readHostJson } from '../../../../infra/local/host/host-json.js';

const version = '2.0';
const durableTask = (given: object) => ({ version, extensions: { durableTask: given } });
const queues = (given: object) => ({ version, extensions: { queues: given } });

test('readHostJson takes the defaults of the real host when nothing is set', () => {
  expect(readHostJson({ version })).toEqual({
    settings: {
      routePrefix: 'api',
      functionTimeoutMs: 30 * 60_000,
      hubName: 'TestHubName',
      versions: { versionMatchStrategy: 'CurrentOrOlder', versionFailureStrategy: 'Reject' },
      overridableStates: 'NonRunningStates',
      concurrency: { activities: 10, orchestrators: 10 },
      queues: {
        encoding: 'base64',
        batchSize: 16,
        newBatchThreshold: 8,
        maxDequeueCount: 5,
        maxPollingMs: 60_000,
        retryAfterMs: 0,
      },
    },
    warnings: [],
  });
});

test('readHostJson has nothing to tell of the product’s own file', () => {
  const own: unknown = JSON.parse(readFileSync('host.json', 'utf8'));
  const { settings, warnings } = readHostJson(own);
  expect(warnings).toEqual([]);
  expect(settings).toMatchObject({
    functionTimeoutMs: 300_000,
    hubName: 'Tunnelkeeper',
    concurrency: { activities: 20, orchestrators: 20 },
    queues: { maxPollingMs: 5000 },
  });
});

test.each([
  {
    when: 'a timeout is set',
    given: { version, functionTimeout: '00:00:01' },
    settings: { functionTimeoutMs: 1000 },
  },
  {
    when: 'there is to be none',
    given: { version, functionTimeout: '-1' },
    settings: { functionTimeoutMs: undefined },
  },
  {
    when: 'it is a number',
    given: { version, functionTimeout: -1 },
    settings: { functionTimeoutMs: undefined },
  },
  {
    when: 'the prefix is empty',
    given: { version, extensions: { http: { routePrefix: '' } } },
    settings: { routePrefix: '' },
  },
  {
    when: 'names differ in case',
    given: { version, Extensions: { DurableTask: { HUBNAME: 'Other' } } },
    settings: { hubName: 'Other' },
  },
  {
    when: 'a number is a text',
    given: durableTask({ maxConcurrentActivityFunctions: '3' }),
    settings: { concurrency: { activities: 3, orchestrators: 10 } },
  },
  {
    when: 'versions are set',
    given: durableTask({
      defaultVersion: '2.1',
      versionMatchStrategy: 'Strict',
      versionFailureStrategy: 'Fail',
    }),
    settings: {
      versions: { defaultVersion: '2.1', versionMatchStrategy: 'Strict', versionFailureStrategy: 'Fail' },
    },
  },
  {
    when: 'instances at work may be replaced',
    given: durableTask({ overridableExistingInstanceStates: 'AnyState' }),
    settings: { overridableStates: 'AnyState' },
  },
  {
    when: 'queues are set',
    given: queues({ batchSize: 5, messageEncoding: 'None', visibilityTimeout: '00:00:30' }),
    settings: {
      queues: {
        encoding: 'none',
        batchSize: 5,
        newBatchThreshold: 2,
        maxDequeueCount: 5,
        maxPollingMs: 60_000,
        retryAfterMs: 30_000,
      },
    },
  },
])('readHostJson obeys host.json when $when', ({ given, settings }) => {
  const read = readHostJson(given);
  expect(read.settings).toMatchObject(settings);
  expect(read.warnings).toEqual([]);
});

test('readHostJson lets a setting of the app win when it overrides host.json', () => {
  const { settings } = readHostJson(durableTask({ hubName: 'Mine' }), {
    AzureFunctionsJobHost__extensions__durableTask__hubName: 'Theirs',
    HOME: '/root',
  });
  expect(settings.hubName).toBe('Theirs');
});

test.each([
  {
    when: 'a setting is misspelt',
    given: { version, functionTimeOut2: '1' },
    told: "functionTimeOut2 isn't known",
  },
  {
    when: 'it is misspelt within',
    given: durableTask({ hubname2: 'x' }),
    told: "extensions.durableTask.hubname2 isn't known",
  },
  {
    when: 'it isn’t obeyed',
    given: { version, extensions: { http: { maxOutstandingRequests: 5 } } },
    told: "extensions.http.maxOutstandingRequests isn't obeyed locally: no request is refused for load",
  },
  {
    when: 'its extension isn’t served',
    given: { version, extensions: { serviceBus: { prefetchCount: 1 } } },
    told: "extensions.serviceBus.prefetchCount isn't obeyed locally: the extension serviceBus is not served",
  },
  {
    when: 'it stands below one that isn’t obeyed',
    given: { version, retry: { strategy: 'fixedDelay' } },
    told: "retry.strategy isn't obeyed locally: retry policies",
  },
  {
    when: 'another store is wished',
    given: durableTask({ storageProvider: { type: 'mssql' } }),
    told: "extensions.durableTask.storageProvider.type isn't obeyed locally",
  },
  {
    when: 'it overrides',
    given: { version },
    env: { AzureFunctionsJobHost__foo__bar: '1' },
    told: "foo.bar isn't known",
  },
  { when: 'the version is missing', given: {}, told: 'version is missing' },
])('readHostJson tells of a setting by its path when $when', ({ given, told, env = {} }) => {
  const { warnings } = readHostJson(given, env);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(`host.json: ${told}`);
});

test.each([
  { when: 'the version is another', given: { version: '3.0' }, why: 'version is "3.0"; give "2.0"' },
  {
    when: 'a batch is too large',
    given: queues({ batchSize: 33 }),
    why: 'extensions.queues.batchSize is 33; give 1 to 32',
  },
  { when: 'a batch is empty', given: queues({ batchSize: 0 }), why: 'batchSize is 0' },
  {
    when: 'it is polled too fast',
    given: queues({ maxPollingInterval: '00:00:00.05' }),
    why: 'at least 00:00:00.1',
  },
  { when: 'an encoding is unknown', given: queues({ messageEncoding: 'hex' }), why: 'give base64 or none' },
  {
    when: 'a limit is nothing',
    given: durableTask({ maxConcurrentActivityFunctions: 0 }),
    why: 'give 1 or more',
  },
  {
    when: 'a timeout is no time',
    given: { version, functionTimeout: '5 minutes' },
    why: 'functionTimeout is "5 minutes"',
  },
  {
    when: 'a timeout is too short',
    given: { version, functionTimeout: '00:00:00.5' },
    why: 'at least 00:00:01',
  },
  {
    when: 'a timeout is negative',
    given: { version, functionTimeout: '-00:01:00' },
    why: 'at least 00:00:01',
  },
  {
    when: 'a strategy is unknown',
    given: durableTask({ versionMatchStrategy: 'Newest' }),
    why: 'versionMatchStrategy is "Newest"; give None or Strict or CurrentOrOlder',
  },
  { when: 'a name is a number', given: durableTask({ hubName: 3 }), why: 'hubName is 3; give a text' },
  { when: 'it is a list', given: [], why: 'holds no object' },
])('readHostJson refuses host.json by the setting when $when', ({ given, why }) => {
  expect(() => readHostJson(given)).toThrow(why);
});

test('readHostJson names everything that is wrong when several settings are', () => {
  const given = { version: '1', functionTimeout: 'x', extensions: { queues: { batchSize: 99 } } };
  expect(() => readHostJson(given)).toThrow(/functionTimeout[^]*batchSize[^]*version/);
});
