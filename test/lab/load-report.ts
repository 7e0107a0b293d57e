/** What did clients notice? Counted from their requests, one every 200 ms. */
import type { LoadSample } from '../../infra/local/gateways/real/namespace-calls.js';

/** Milliseconds between two requests of a client. */
export const askEveryMs = 200;

/** Seconds that they ask before something happens, and after it. */
export const marginSeconds = 1;

/** One request: when it was over, in milliseconds, and who answered it. */
export interface Sample {
  readonly at: number;
  /** Name of the edge; absent when nobody answered. */
  readonly edge?: string;
  /** How it failed. */
  readonly failure?: string;
}

/** What clients noticed. */
export interface LoadReport {
  readonly answered: number;
  readonly lost: number;
  /** How often those that were lost failed in which way. */
  readonly failures: ReadonlyMap<string, number>;
  /** Longest time without an answered request, in seconds; the begin and the end count as answered. */
  readonly gapSeconds: number;
  /** Which edges answered, in the order in which they took turns. */
  readonly edges: readonly string[];
}

/** Of real requests. */
export function sampled(samples: readonly LoadSample[]): readonly Sample[] {
  return samples.map(({ at, end }) => {
    const over = at + end.seconds * 1000;
    return end.kind === 'answered' ? { at: over, edge: end.body } : { at: over, failure: end.kind };
  });
}

/** Pure. */
export function reportOf(given: readonly Sample[]): LoadReport {
  const samples = [...given].sort((a, b) => a.at - b.at);
  const answers = samples.flatMap(({ at, edge }) => (edge === undefined ? [] : [{ at, edge }]));
  const times = [...samples.slice(0, 1), ...answers, ...samples.slice(-1)].map(({ at }) => at);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  return {
    answered: answers.length,
    lost: samples.length - answers.length,
    failures: counted(samples.flatMap(({ failure }) => failure ?? [])),
    gapSeconds: Math.max(0, ...gaps) / 1000,
    edges: answers.map(({ edge }) => edge).filter((edge, index, all) => edge !== all[index - 1]),
  };
}

/** How often each word is there. */
export function counted(words: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** Such as `3 reset, 1 silent`. */
export function countedInWords(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ') || '-';
}
