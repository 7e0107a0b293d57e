/** How does an action group call a web hook, and what does it do when nobody answers? */
import type { Clock } from './clock.js';
import type { Json } from './json.js';
import { postJson } from './post-json.js';

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
      const posted = await postJson(uri, body, { timeoutSeconds });
      const answer = typeof posted === 'string' ? posted : posted.status;
      tries.push(answer);
      if (typeof answer === 'number' && !retried.includes(answer)) return tries;
    }
    this.#resting.set(uri, Date.now() + restMs);
    return tries;
  }
}
