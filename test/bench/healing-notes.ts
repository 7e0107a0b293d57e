/** What did regions measure in earlier runs? A file with a line for each, so that a long run may be gone on with. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { HealingAnswer, HealingWish } from './healing-messages.js';

/** A region and what came of it. */
type Note = HealingWish & HealingAnswer;

/** Adds a region to the file. */
export function addNote(file: string, wish: HealingWish, answer: HealingAnswer): void {
  const note: Note = { ...wish, ...answer };
  appendFileSync(file, `${JSON.stringify(note)}\n`);
}

/** What the file has of a region that was run as it is wanted now, and ended well; `undefined` for none. */
export function notedAnswer(file: string, wish: HealingWish): (HealingAnswer & { ok: true }) | undefined {
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  for (const line of lines.filter((text) => text !== '')) {
    const { policy, seed, faults, ...answer } = JSON.parse(line) as Note; // written by addNote alone
    const isSame = JSON.stringify({ policy, seed, faults }) === JSON.stringify(ordered(wish));
    if (isSame && answer.ok) return answer;
  }
  return undefined;
}

function ordered({ policy, seed, faults }: HealingWish): HealingWish {
  return { policy, seed, faults };
}
