/** Does every build and every deletion go on to its end when the host is killed, or host and cloud, at any moment? */
import { afterAll, expect, jest, test } from '@jest/globals';
import { wrongIn } from '../infra/local/host/wrong-in-history.js';
import { KilledLife, type KillsWish } from './killed-life.js';
import { RegionInParts } from './region-in-parts.js';

jest.setTimeout(330_000);

/** How many seconds pass in one: a build takes some 10 s, a start of the host some 6 of its seconds. */
const speed = 15;

/** Each kill has the next seed; another first one by KILLS_SEED. */
const firstSeed = Number(process.env['KILLS_SEED'] ?? 1);

const tell = (line: string) => void process.stdout.write(`${line}\n`);

const wishes: readonly KillsWish[] = [
  { what: 'host', firstSeed, kills: 25, tell },
  { what: 'host', firstSeed: firstSeed + 100, kills: 25, tell },
  { what: 'host and cloud', firstSeed: firstSeed + 300, kills: 10, tell },
];

/** All that were begun, and those of them with nothing wrong. */
const lives: KilledLife[] = [];
let well = 0;
const regions: RegionInParts[] = [];

afterAll(async () => {
  // Also that of a test whose time was over.
  await Promise.all(regions.map((region) => region.close()));
  const kills = lives.flatMap((life) => life.kills).length;
  const ends = lives.reduce((sum, life) => sum + life.ends, 0);
  tell(
    well === wishes.length
      ? `${kills} kills: all of ${ends} builds and deletions went on to their end, nothing doubled, lost or orphaned.`
      : `${kills} kills, ${ends} builds and deletions that ended: not all is well, or not all was run.`,
  );
});

test.concurrent.each(wishes)(
  'builds and deletions go on, with nothing doubled, lost or orphaned, when $what is killed $kills times from seed $firstSeed on',
  async (wish) => {
    const region = await RegionInParts.open(wish.firstSeed, speed);
    regions.push(region);
    try {
      await region.startCloudAndHost();
      const life = new KilledLife(region, wish);
      lives.push(life);
      await life.live();
      await restsAt(region);
      await region.killHost();
      const { instances } = await life.readJournal();
      expect(life.wrong).toEqual([]);
      expect(life.kills).toHaveLength(wish.kills);
      expect(instances.length).toBeGreaterThan(0);
      expect(instances.flatMap(wrongIn)).toEqual([]);
      well++;
    } finally {
      await region.close();
    }
  },
);

test('kills come in builds, in deletions and while a host starts, at moments that differ', () => {
  const kills = lives.flatMap((life) => life.kills);
  expect(kills.filter(({ what }) => what === 'host')).toHaveLength(50);
  expect(kills.filter(({ what }) => what === 'host and cloud')).toHaveLength(10);
  expect(kills.filter(({ stage }) => stage.startsWith('build')).length).toBeGreaterThanOrEqual(15);
  expect(kills.filter(({ stage }) => stage.startsWith('deletion')).length).toBeGreaterThanOrEqual(10);
  expect(kills.filter(({ when }) => when === 'while it starts').length).toBeGreaterThanOrEqual(2);
  const moments = kills.map(({ stage, doing, underWay }) => [stage.split(' ')[0], doing, ...underWay].join());
  expect(new Set(moments).size).toBeGreaterThanOrEqual(15);
});

/** Waits until no orchestration is at work. */
async function restsAt(region: RegionInParts): Promise<void> {
  const list = `${new URL(region.api.base).origin}/runtime/webhooks/durabletask/instances?runtimeStatus=Running,Pending`;
  for (let tries = 0; tries < 100; tries++) {
    const atWork = (await (await fetch(list)).json()) as readonly unknown[]; // the host's own answer
    if (atWork.length === 0) return;
    await region.pass(5);
  }
  throw new Error('An orchestration never ends.');
}
