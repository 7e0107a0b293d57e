/** How does an action group call a web hook, and what does it do when nobody answers? */
import type { Clock } from './clock.js';
import type { Json } from './json.js';

/** How a call went: the status, or that none came. */
export type HookAnswer = number | 'timeout' | 'unreachable';

/** How long an answer is waited for (documentation). */
const timeoutSeconds = 10;

/** Pauses before the retries, and after all of them how long the hook isn't called (documentation, action groups). */
const retryPausesSeconds = [5, 20, 5, 40, 5];
const restMs = 15 * 60_000;

/** Answers that are retried, besides none (documentation). */
const retried = [408, 429, 503, 504];

/** Calls web hooks for all action groups. */
export class WebHooks {
  /** Until when a hook isn't called, by its address. */
  readonly #resting = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Calls a hook until it has answered, and gives how each try went; none when it wasn't tried. */
  async call(uri: string, body: Json): Promise<readonly HookAnswer[]> {
    if ((this.#resting.get(uri) ?? 0) > Date.now()) return [];
    const tries: HookAnswer[] = [];
    for (const pauseSeconds of [0, ...retryPausesSeconds]) {
      if (pauseSeconds > 0) await this.clock.pause(pauseSeconds);
      const answer = await this.#post(uri, body);
      tries.push(answer);
      if (typeof answer === 'number' && !retried.includes(answer)) return tries;
    }
    this.#resting.set(uri, Date.now() + restMs);
    return tries;
  }

  async #post(uri: string, body: Json): Promise<HookAnswer> {
    const end = new AbortController();
    // Not the platform's own timeout, which would know nothing of a scaled clock.
    const timer = setTimeout(() => end.abort(), timeoutSeconds * 1000);
    try {
      const answer = await fetch(uri, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify(body),
        signal: end.signal,
      });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      // Whoever listens there, if anybody does, didn't answer: a case of its own, and retried.
      return end.signal.aborted ? 'timeout' : 'unreachable';
    } finally {
      clearTimeout(timer);
    }
  }
}
