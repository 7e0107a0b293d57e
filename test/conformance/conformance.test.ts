/** Do the app and the simulated cloud speak as Microsoft describes? A build and a deletion, each call held against it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Exchange } from '../../infra/local/cloud/server.js';
import { siteSpec, TestRegion } from '../region/start-region.js';
import { hasSpecs, makeValidator, specs, type Verdict } from './validator.js';

let region: TestRegion | undefined;
let exchanges: readonly Exchange[];
let validate: (exchange: Exchange) => Promise<Verdict>;

if (!hasSpecs && process.env['CI'] === 'true')
  throw new Error(`Microsoft's descriptions are not at ${specs}.`);
const testWithSpecs = hasSpecs ? test : test.skip;

beforeAll(async () => {
  if (!hasSpecs) return;
  region = await TestRegion.start({ speed: 50, seed: 7 });
  await region.api.request(siteSpec('hq', { zones: ['1'] }));
  await region.until('hq', ({ phase }) => phase === 'serving', 60);
  await fetch(`${region.api.base}/sites/hq`, { method: 'DELETE' });
  await region.untilGone('hq', 60);
  exchanges = await region.call<readonly Exchange[]>('exchanges');
  validate = await makeValidator();
}, 120_000);

afterAll(() => region?.close());

testWithSpecs(
  'every call of a build and a deletion keeps to the description, in both directions',
  async () => {
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
  },
);

testWithSpecs('a planted fault is found on each side', async () => {
  const put = exchanges.find(
    ({ method, target }) => method === 'PUT' && target.includes('/publicIPAddresses/'),
  );
  if (put === undefined) throw new Error('The build made no public IP.');
  const wrongRequest = {
    ...put,
    body: { ...(put.body as object), properties: { idleTimeoutInMinutes: 'soon' } },
  }; // JSON objects
  const wrongAnswer = { ...put, responseBody: { ...(put.responseBody as object), zones: 'one' } };
  const wrongStatus = { ...put, status: 299 };
  for (const planted of [wrongRequest, wrongAnswer, wrongStatus]) {
    expect((await validate(planted)).faults).not.toEqual([]);
  }
});
