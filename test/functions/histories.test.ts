/** Are histories of a week ago thrown away, and no others? In the local host, a week later. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { historyDays, purgeHistories } from '../../functions/histories.js';
import { eventually, startSmallApp, type SmallApp } from '../infra/local/host/start-small-app.js';
import { contextsTo } from './helpers/durable-service.js';

const dayMs = 24 * 3600 * 1000;
let app: SmallApp;
let api: string;

beforeAll(async () => {
  app = await startSmallApp({ APP: 'api-app' });
  api = `${app.url}/runtime/webhooks/durabletask/`;
}, 30_000);

afterAll(() => app.close());

async function statusOf(id: string): Promise<string | undefined> {
  const answer = await fetch(`${api}instances/${id}`);
  if (answer.status === 404) return undefined;
  return ((await answer.json()) as { readonly runtimeStatus: string }).runtimeStatus; // the API's own shape
}

async function run(name: string, status: string): Promise<void> {
  await fetch(`${api}orchestrators/${name}/${name}`, { method: 'POST', body: 'null' });
  await eventually(`${name} to be ${status}`, async () =>
    (await statusOf(name)) === status ? true : undefined,
  );
}

async function statuses() {
  return {
    quick: await statusOf('quick'),
    failing: await statusOf('failing'),
    waits: await statusOf('waits'),
  };
}

test('a week after its start, the history of a run that is over is thrown away', async () => {
  await run('quick', 'Completed');
  await run('failing', 'Failed');
  await run('waits', 'Running');
  const told: unknown[] = [];
  const context = contextsTo(api)((_level, ...words) => told.push(words.join(' ')));

  await purgeHistories(new Date(Date.now() + historyDays * dayMs - 60_000), context);
  expect(await statuses()).toEqual({ quick: 'Completed', failing: 'Failed', waits: 'Running' });
  expect(told).toEqual([expect.stringMatching(/^0 histories/)]);

  await purgeHistories(new Date(Date.now() + historyDays * dayMs + 60_000), context);
  expect(await statuses()).toEqual({ quick: undefined, failing: undefined, waits: 'Running' });
  expect(told.at(-1)).toMatch(/^2 histories/);
});
