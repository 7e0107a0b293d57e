/** How soon is what breaks mended, and what do clients lose, beside 'replace after five bad minutes'? */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { FaultName } from '../../infra/local/region/faults.js';
import { compiledModule } from '../compiled-code.js';
import type { Healed, HealingAnswer, HealingWish, Policy } from './healing-messages.js';
import { addNote, notedAnswer } from './healing-notes.js';
import { reportHealing } from './healing-report.js';

/** How the part is run. */
export interface HealingOptions {
  readonly seeds: number;
  readonly firstSeed: number;
  readonly regionsAtOnce: number;
  readonly faults: readonly FaultName[];
  /** File that gets a line for each region, with its timelines; regions that stand in it aren't run again. */
  readonly notes?: string;
}

/** A region in virtual time never waits. */
export const usualRegionsAtOnce = availableParallelism();

/** What one region has measured. */
export interface RegionHealed {
  readonly policy: Policy;
  readonly seed: number;
  readonly healed: readonly Healed[];
}

/** Runs both policies over all seeds, prints the table, and says whether all that is promised was kept. */
export async function benchHealing(options: HealingOptions): Promise<boolean> {
  const waiting = [...wishesOf(options)];
  const total = waiting.length;
  const done: RegionHealed[] = [];
  const failed: string[] = [];
  const began = Date.now();
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { policy, seed } = next;
      const answer = await answerOf(next, options.notes);
      if (answer.ok) done.push({ policy, seed, ...answer });
      else failed.push(`seed ${seed}, ${policy}: ${answer.why}`);
      const progress = `${done.length + failed.length} of ${total} regions after ${minutesSince(began)} min`;
      process.stderr.write(`healing: ${progress}; seed ${seed}, ${policy}: ${wordsOf(answer)}\n`);
    }
  };
  await Promise.all(Array.from({ length: options.regionsAtOnce }, work));
  return reportHealing({ done, failed, faults: options.faults, minutes: minutesSince(began) });
}

function wishesOf({ seeds, firstSeed, faults }: HealingOptions): readonly HealingWish[] {
  return Array.from({ length: seeds }, (_, index) => firstSeed + index).flatMap((seed) =>
    (['tunnelkeeper', 'plain'] as const).map((policy) => ({ policy, seed, faults })),
  );
}

async function answerOf(wish: HealingWish, notes: string | undefined): Promise<HealingAnswer> {
  if (notes === undefined) return runRegion(wish);
  const noted = notedAnswer(notes, wish);
  if (noted !== undefined) return noted;
  const answer = await runRegion(wish);
  addNote(notes, wish, answer);
  return answer;
}

/** One region in a process of its own, which ends by itself. */
async function runRegion(wish: HealingWish): Promise<HealingAnswer> {
  const child = fork(await compiledModule('test/bench/run-healing'), [JSON.stringify(wish)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let answer: HealingAnswer | undefined;
  child.on('message', (message: HealingAnswer) => (answer = message));
  const [code] = (await once(child, 'exit')) as [number | null]; // an exit's first value
  return answer ?? { ok: false, why: `its process ended with ${String(code)} and no word` };
}

function minutesSince(began: number): string {
  return ((Date.now() - began) / 60_000).toFixed(1);
}

function wordsOf(answer: HealingAnswer): string {
  if (!answer.ok) return answer.why;
  return answer.healed
    .map(({ fault, seconds, lost, replaced }) => {
      const time = seconds === undefined ? 'not mended' : `${seconds.toFixed(0)} s`;
      return `${fault} ${time}, ${lost} lost, ${replaced} made`;
    })
    .join('; ');
}
