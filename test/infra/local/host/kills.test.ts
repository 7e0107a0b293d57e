/** What is left of orchestrations when the host is killed at any moment? All of it, once. */
import { expect, jest, test } from '@jest/globals';
import { seededRandom } from '../../../../infra/local/cloud/random.js';
import { realFiles } from '../../../../infra/local/host/journal-files.js';
import { recover } from '../../../../infra/local/host/journal-recovery.js';
import { LedgerHost } from './ledger-host.js';
import { eventually } from './start-small-app.js';
import { wrongIn } from './wrong-in-history.js';

jest.setTimeout(180_000);

/** Longest life of a host that is killed, from when it is ready: some of its work is done then, some not begun. */
const longestLifeMs = 300;

/** Orchestrations that are started in each life. */
const startsALife = 4;

/** Kills a host once for each seed; what was acknowledged before it dies is noted. */
async function livesAndDeaths(host: LedgerHost, seeds: readonly number[]): Promise<readonly string[]> {
  const acknowledged: string[] = [];
  for (const seed of seeds) {
    await host.start();
    const lifeMs = seededRandom(seed)() * longestLifeMs;
    const starts = Array.from({ length: startsALife }, async (_, index) => {
      const id = `s${seed}-${index}`;
      if ((await host.startOne(id)) === 202) acknowledged.push(id);
    });
    await new Promise((resolve) => setTimeout(resolve, lifeMs));
    await host.kill();
    await Promise.all(starts);
  }
  return acknowledged;
}

/** The last life: everything goes on to its end. */
async function lastLife(host: LedgerHost, ids: readonly string[]): Promise<void> {
  await host.start();
  const isAtWork = async (id: string) => ['Pending', 'Running'].includes((await host.statusOf(id)) ?? '');
  for (const id of ids)
    await eventually(`${id} to end`, async () => ((await isAtWork(id)) ? undefined : true));
  await host.end();
}

const seedsOf = (first: number) => Array.from({ length: 25 }, (_, index) => first + index);

// Two hosts at once, so that the machine's cores have work while a host starts.
test.concurrent.each([
  { first: 1, last: 25 },
  { first: 26, last: 50 },
])(
  'host ends every orchestration once when it is killed at the moments of seeds $first to $last',
  async ({ first }) => {
    const host = new LedgerHost();
    try {
      const acknowledged = await livesAndDeaths(host, seedsOf(first));
      expect(acknowledged.length).toBeGreaterThan(25);
      await lastLife(host, acknowledged);
      const { hub } = await recover(realFiles, host.journal, () => undefined);
      const instances = [...hub.instances.values()];
      expect(instances.flatMap(wrongIn)).toEqual([]);
      expect(instances.map(({ id }) => id)).toEqual(expect.arrayContaining([...acknowledged]));
      // Each result is one that an activity really gave, of the right step, and no other history has it.
      const results = instances.flatMap(({ output }) => output as readonly string[]); // tokens, by the app
      expect(results.map((token) => token.split('#')[0])).toEqual(
        instances.flatMap(({ id }) => ['a', 'b', 'c', 'd', 'e', 'f'].map((step) => `${id}/${step}`)),
      );
      expect(host.tokens()).toEqual(expect.arrayContaining(results));
      expect(new Set(results).size).toBe(results.length);
    } finally {
      await host.kill();
      host.remove();
    }
  },
);
