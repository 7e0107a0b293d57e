/** Do the app and the simulated cloud speak as Microsoft describes? A site's whole life, each call held against it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Exchange } from '../../infra/local/cloud/server.js';
import { liveThroughEverything } from '../region/full-life.js';
import { TestRegion } from '../region/start-region.js';
import { operate } from './operator-calls.js';
import { makeSchemaCheck } from './resource-schemas.js';
import { hasSpecs, makeValidator, specs, type Verdict } from './validator.js';

let region: TestRegion | undefined;
let exchanges: readonly Exchange[];
let validate: (exchange: Exchange) => Promise<Verdict>;

/** What has to be among the calls, by the descriptions' names, lest a life that is cut short pass for a whole one. */
const wanted = [
  ...['Restart', 'Redeploy', 'PowerOff', 'Start', 'Deallocate', 'CreateOrUpdate', 'Delete', 'ListAll'].map(
    (operation) => `VirtualMachines_${operation}`,
  ),
  'VirtualMachineRunCommands_CreateOrUpdate',
  'LoadBalancerBackendAddressPools_Get',
  'LoadBalancerBackendAddressPools_CreateOrUpdate',
  ...['CreateOrUpdate', 'Get', 'Update', 'Delete'].map((operation) => `MetricAlerts_${operation}`),
  ...['CreateOrUpdate', 'Get', 'Delete'].map((operation) => `ActionGroups_${operation}`),
  ...['Metrics_List', 'MetricsBatch_Batch'],
  ...['SetSecret', 'GetSecret', 'UpdateSecret', 'DeleteSecret', 'GetSecretVersions'],
  ...['GetDeletedSecret', 'RecoverDeletedSecret', 'PurgeDeletedSecret'],
];

if (!hasSpecs && process.env['CI'] === 'true')
  throw new Error(`Microsoft's descriptions are not at ${specs}.`);
const testWithSpecs = hasSpecs ? test : test.skip;

beforeAll(async () => {
  if (!hasSpecs) return;
  const started = await TestRegion.start({ seed: 7 });
  region = started;
  await liveThroughEverything(started, async () => {
    const { base } = started.api;
    // Else the app would begin to mend what is done by hand, and the two would meet.
    await fetch(`${base}/sites/hq/pause`, { method: 'POST' });
    await operate(started.cloudUrl, (seconds) => started.pass(seconds));
    await fetch(`${base}/sites/hq/resume`, { method: 'POST' });
  });
  exchanges = await region.call<readonly Exchange[]>('exchanges');
  validate = await makeValidator();
}, 300_000);

afterAll(() => region?.close());

testWithSpecs('every call of a whole life keeps to the description, in both directions', async () => {
  const isOperation = ({ target }: Exchange) => /\/locations\/[^/]+\/operation/i.test(target);
  const verdicts = [];
  for (const exchange of exchanges.filter((one) => !isOperation(one) && one.status !== 401)) {
    verdicts.push({ exchange, verdict: await validate(exchange) });
  }
  const described = verdicts.filter(({ verdict }) => !verdict.isUndescribed);
  const faulty = described
    .filter(({ verdict }) => verdict.faults.length > 0)
    .map(
      ({ exchange, verdict }) =>
        `${exchange.method} ${exchange.target.split('?')[0] ?? ''} ${exchange.status}: ${verdict.faults.join('; ')}`,
    );
  const undescribed = new Set(
    verdicts
      .filter(({ verdict }) => verdict.isUndescribed)
      .map(
        ({ exchange }) =>
          `${exchange.method} ${(exchange.target.split('?')[0] ?? '').replace(/^.*\/providers/, '')}`,
      ),
  );
  process.stdout.write(
    `${described.length} pairs checked, ${faulty.length} faults, ${verdicts.length - described.length} not described: ${[...undescribed].join(', ')}\n`,
  );
  expect(faulty).toEqual([]);
  expect(described.length).toBeGreaterThan(20);
  const operations = new Set(described.map(({ verdict }) => verdict.operation));
  expect(wanted.filter((operation) => !operations.has(operation))).toEqual([]);
});

testWithSpecs(
  'every resource of a whole life keeps to the newer schemas, as it was written and as it was answered',
  () => {
    const check = makeSchemaCheck();
    const all = exchanges.map((exchange) => ({ exchange, ...check(exchange) }));
    const faulty = all.flatMap(({ exchange: { method, target, status }, faults }) =>
      faults.map((fault) => `${method} ${target.split('?')[0] ?? ''} ${status}: ${fault}`),
    );
    process.stdout.write(
      `${all.reduce((sum, { bodies }) => sum + bodies, 0)} bodies against the newer schemas, ${faulty.length} faults\n`,
    );
    expect([...new Set(faulty)]).toEqual([]);
    expect(all.filter(({ bodies }) => bodies > 0).length).toBeGreaterThan(20);
  },
);

testWithSpecs('a planted fault is found on each side', async () => {
  const put = found('PUT', /\/publicIPAddresses\//);
  const list = found('GET', /^\/secrets\/[^/]+\/versions/);
  const wrongRequest = {
    ...put,
    body: { ...(put.body as object), properties: { idleTimeoutInMinutes: 'soon' } },
  }; // JSON objects
  const wrongAnswer = { ...put, responseBody: { ...(put.responseBody as object), zones: 'one' } };
  const wrongStatus = { ...put, status: 299 };
  const wrongList = { ...list, responseBody: { value: 'none' } };
  for (const planted of [wrongRequest, wrongAnswer, wrongStatus, wrongList]) {
    expect((await validate(planted)).faults).not.toEqual([]);
  }
});

function found(method: string, target: RegExp): Exchange {
  const exchange = exchanges.find(
    (one) => one.method === method && target.test(one.target) && one.status < 400,
  );
  if (exchange === undefined) throw new Error(`Nobody sent ${method} ${target.source}.`);
  return exchange;
}
