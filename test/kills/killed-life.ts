/** What does a site live through whose host is killed again and again? Built and deleted, with what was wrong at each kill. */
import { lostSince, type Kept } from '../infra/local/host/lost-since.js';
import { doubledSoFar, findDoubles } from '../region/find-doubles.js';
import { AskedSite } from './asked-site.js';
import { drawMoment } from './moments.js';
import { readJournal, type ReadJournal } from './read-journal.js';
import type { RegionInParts, Seen } from './region-in-parts.js';

/** Seconds between two looks at the site, and longest that it may take from the last kill to its end. */
const lookEverySeconds = 3;
const patienceSeconds = 2400;

/** The alert rule looks back over some minutes without a build, and is made at the look that follows. */
const settleSeconds = 1800;

/** Most kills in one build or deletion, so that it has a chance to end. */
const mostKillsAtOnce = 6;

const slots = ['hq-z1-1', 'hq-z2-1'];

/** What is killed, how often, and at the moments of which seeds. */
export interface KillsWish {
  readonly what: 'host' | 'host and cloud';
  readonly firstSeed: number;
  readonly kills: number;
  readonly tell: (line: string) => void;
}

/** A kill that came. */
export interface Kill {
  readonly seed: number;
  readonly what: KillsWish['what'];
  /** Such as 'build 2'. */
  readonly stage: string;
  readonly when: 'at work' | 'while it starts' | 'just after its start';
  /** What the site did, as it was last seen. */
  readonly doing: string;
  /** What the journal says was begun and had not ended. */
  readonly underWay: readonly string[];
}

/** A site under kills. */
export class KilledLife {
  readonly kills: Kill[] = [];
  /** Builds and deletions that went on to their end. */
  ends = 0;
  /** What was wrong, a sentence each, with the last kill before it was seen. */
  readonly wrong: string[] = [];
  readonly #noted = new Set<string>();
  #seed: number;
  #lastKill = 'no kill';
  /** As the last host left them. */
  #instances: readonly Kept[] = [];
  readonly #site: AskedSite;

  constructor(
    private readonly region: RegionInParts,
    private readonly wish: KillsWish,
  ) {
    this.#seed = wish.firstSeed;
    this.#site = new AskedSite(region);
  }

  /** Builds and deletes the site until it was killed as often as is wanted. */
  async live(): Promise<void> {
    const site = this.#site;
    const empty = namesIn(await this.region.seen());
    for (let cycle = 1; this.#isToBeKilled; cycle++) {
      const before = this.kills.length;
      await this.#goThrough(`build ${cycle}`, site.build(), () => site.serves());
      this.#note(cycle === 1 ? await this.#wrongOnceSettled() : await this.#wrongAsBuilt());
      const afterBuild = this.kills.length;
      await this.#goThrough(`deletion ${cycle}`, site.delete(), () => site.isGone());
      const seen = await this.region.seen();
      this.#note(namesIn(seen) === empty ? [] : [`After deletion ${cycle} there is ${namesIn(seen)}.`]);
      this.#note([
        ...doubledSoFar(seen),
        ...(seen.leaks === 0 ? [] : [`${seen.leaks} packets in the clear.`]),
      ]);
      const { tell } = this.wish;
      tell(
        `cycle ${cycle}: ${afterBuild - before} kills in the build, ${this.kills.length - afterBuild} in the deletion`,
      );
    }
  }

  /** Reads what the dead host has left, and notes what is wrong with it or lost since the last one. */
  async readJournal(): Promise<ReadJournal> {
    const read = await readJournal(this.region.copyJournal());
    this.#note([...read.wrong, ...lostSince(this.#instances, read.instances)]);
    this.#instances = read.instances;
    return read;
  }

  get #isToBeKilled(): boolean {
    return this.kills.length < this.wish.kills;
  }

  /** Kills until what is asked for is done or was killed often enough; then waits until it is. */
  async #goThrough(stage: string, asked: Promise<void>, isDone: () => Promise<boolean>): Promise<void> {
    // Awaited below, unless something else fails before.
    asked.catch(() => undefined);
    for (let tries = 0; tries < mostKillsAtOnce && this.#isToBeKilled; tries++) {
      const { seed, afterSeconds, againAfterMs } = drawMoment(this.#seed++);
      if (await this.#isDoneWithin(afterSeconds, isDone)) break;
      await this.#kill(seed, stage, againAfterMs);
    }
    await asked;
    if (!(await this.#isDoneWithin(patienceSeconds, isDone)))
      throw new Error(`${stage} doesn't end: ${this.#site.doing}\n${this.region.log.slice(-2000)}`);
    this.ends++;
  }

  async #kill(seed: number, stage: string, againAfterMs: number | undefined): Promise<void> {
    await this.#killAll();
    this.#lastKill = `the kill of seed ${seed}`;
    await this.#judge(seed, stage, 'at work');
    if (againAfterMs !== undefined && this.#isToBeKilled) {
      const isUp = this.#startAll().then(
        () => true,
        () => false,
      );
      await new Promise((resolve) => setTimeout(resolve, againAfterMs));
      await this.#killAll();
      await this.#judge(seed, stage, (await isUp) ? 'just after its start' : 'while it starts');
    }
    await this.#startAll();
    this.#note(doubledSoFar(await this.region.seen()));
  }

  #killAll(): Promise<void> {
    return this.wish.what === 'host' ? this.region.killHost() : this.region.killBoth();
  }

  #startAll(): Promise<void> {
    return this.wish.what === 'host' ? this.region.startHost() : this.region.startCloudAndHost();
  }

  /** Notes a kill, and tells it with what the journal says. */
  async #judge(seed: number, stage: string, when: Kill['when']): Promise<void> {
    const { underWay } = await this.readJournal();
    const { what } = this.wish;
    this.kills.push({ seed, what, stage, when, doing: this.#site.doing, underWay });
    const again = when === 'at work' ? '' : `, again ${when}`;
    const open = underWay.length === 0 ? 'nothing under way' : `under way: ${underWay.join(', ')}`;
    this.wish.tell(`seed ${seed}: ${what} killed in ${stage}${again}: ${this.#site.doing}; ${open}`);
  }

  /** Looks until it is done. @returns whether it was, within so many seconds */
  async #isDoneWithin(seconds: number, isDone: () => Promise<boolean>): Promise<boolean> {
    const end = this.region.now() + seconds * 1000;
    for (;;) {
      const leftSeconds = (end - this.region.now()) / 1000;
      if (leftSeconds <= 0) return false;
      await this.region.pass(Math.min(lookEverySeconds, leftSeconds));
      if (await isDone()) return true;
    }
  }

  /** The alert rule, too, is there some time after the site serves; the first build waits for it. */
  async #wrongOnceSettled(): Promise<readonly string[]> {
    const wrong = async () => findDoubles(await this.region.seen(), slots);
    await this.#isDoneWithin(settleSeconds, async () => (await wrong()).length === 0);
    return wrong();
  }

  async #wrongAsBuilt(): Promise<readonly string[]> {
    const wrong = findDoubles(await this.region.seen(), slots);
    return wrong.filter((sentence) => sentence !== 'There are 0 of alert-hq.');
  }

  #note(sentences: readonly string[]): void {
    for (const sentence of sentences) {
      if (this.#noted.has(sentence)) continue;
      this.#noted.add(sentence);
      this.wrong.push(`After ${this.#lastKill}: ${sentence}`);
    }
  }
}

function namesIn({ resources }: Seen): string {
  return resources
    .map(({ name }) => name)
    .sort()
    .join();
}
