/** What does a client ask of a site, and see of it, whose host may be dead at any moment? */
import type { SiteView } from '../../infra/local/region/site-api.js';
import { siteSpec } from '../region/start-region.js';
import type { RegionInParts } from './region-in-parts.js';

/** Most tries of a request, and seconds between two. */
const mostTries = 200;
const tryEverySeconds = 2;

const spec = siteSpec('hq', { zones: ['1', '2'] });

/** The site `hq` with a gateway in each of two zones. */
export class AskedSite {
  /** What it did when it was last seen. */
  doing = 'nothing';

  constructor(private readonly region: RegionInParts) {}

  /** Asks for it as a client does whose request may be cut off: again, until it is taken. */
  async build(): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    await this.#ask(async () => {
      const answer = await fetch(this.#url(), { method: 'POST', headers, body: spec });
      return answer.ok;
    });
  }

  /** Has it deleted, likewise; one that is gone was. */
  async delete(): Promise<void> {
    await this.#ask(async () => {
      const answer = await fetch(this.#url('/hq'), { method: 'DELETE' });
      return answer.ok || answer.status === 404;
    });
  }

  async serves(): Promise<boolean> {
    const site = await this.#look();
    return site !== undefined && site !== 'gone' && site.phase === 'serving';
  }

  async isGone(): Promise<boolean> {
    return (await this.#look()) === 'gone';
  }

  async #ask(isTaken: () => Promise<boolean>): Promise<void> {
    this.doing = 'asked';
    for (let tries = 0; tries < mostTries; tries++) {
      if (await isTaken().catch(() => false)) return;
      await this.region.pass(tryEverySeconds);
    }
    throw new Error('A request was never taken.');
  }

  /** `undefined` when the host can't be asked. */
  async #look(): Promise<SiteView | 'gone' | undefined> {
    const answer = await fetch(this.#url('/hq')).catch(() => undefined);
    if (answer?.status === 404) return 'gone';
    if (answer?.status !== 200) return undefined;
    const site = (await answer.json().catch(() => undefined)) as SiteView | undefined; // the app's own shape
    if (site === undefined) return undefined;
    const gateways = site.observed.gateways.map(({ slot, doing }) => `${slot} ${doing}`);
    this.doing = [site.phase, ...gateways].join(', ');
    return site;
  }

  #url(path = ''): string {
    return `${this.region.api.base}/sites${path}`;
  }
}
