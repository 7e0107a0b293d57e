/** How does a test get a region? In a child process, since its time is virtual and jest's own must not be. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { SiteView } from '../../infra/local/region/site-api.js';
import { SiteApi } from '../../infra/local/region/site-api.js';
import { compiledModule } from '../compiled-code.js';
import type { Answer, Ask, RegionWish } from './region-messages.js';

/** Seconds between two looks at a site. */
const lookEverySeconds = 5;

/** A region under test. */
export class TestRegion {
  #last = 0;
  readonly #open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();

  private constructor(
    private readonly child: ChildProcess,
    readonly api: SiteApi,
    readonly cloudUrl: string,
  ) {
    child.on('message', ({ id, value, error }: Answer) => {
      const waiting = this.#open.get(id);
      this.#open.delete(id);
      if (error === undefined) waiting?.resolve(value);
      else waiting?.reject(new Error(error));
    });
  }

  /** Starts a region; its process has this one's environment, and what is given besides. */
  static async start(
    wish: RegionWish,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<TestRegion> {
    const runner = await compiledModule('test/region/run-region');
    const child = fork(runner, [JSON.stringify(wish)], {
      execArgv: [],
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const [greeting] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`The region ended with code ${String(code)} before it was up.`);
      }),
    ])) as [Answer]; // the greeting comes first
    const { base, cloud } = greeting.value as { base: string; cloud: string }; // written by run-region.ts
    return new TestRegion(child, new SiteApi(base), cloud);
  }

  /** Calls what stands at a path, such as `region.cloud.faults.add`. */
  call<T>(path: string, ...values: readonly unknown[]): Promise<T> {
    const id = ++this.#last;
    const ask: Ask = { id, path, values };
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve: resolve as (value: unknown) => void, reject }); // T is the caller's promise
      this.child.send(ask);
    });
  }

  /** Looks at a site until it is as wanted; fails with what it is instead. */
  async until(
    name: string,
    isAsWanted: (site: SiteView) => boolean | Promise<boolean>,
    seconds = 3000,
  ): Promise<SiteView> {
    const end = (await this.now()) + seconds * 1000;
    for (;;) {
      const site = await this.api.site(name);
      if (await isAsWanted(site)) return site;
      if ((await this.now()) > end) throw new Error(`${name} didn't get there: ${await this.#story(site)}`);
      await this.pass(lookEverySeconds);
    }
  }

  /** Milliseconds since the epoch, in the region's time. */
  now(): Promise<number> {
    return this.call('now');
  }

  /** Lets so much of the region's time pass; else it stands still, but for what a request needs to be answered. */
  pass(seconds: number): Promise<void> {
    return this.call('pass', seconds);
  }

  /** What a site is now, and how it came to that. */
  async #story({ name, phase, problem, rotation, observed }: SiteView): Promise<string> {
    const gateways = observed.gateways.map(({ slot, doing, because }) => `${slot} ${doing}: ${because}`);
    const lines = (await this.api.timeline(name)).slice(-25);
    const told = lines.map(
      ({ at, gateway = '', reason, sentence }) => `${at} ${gateway} [${reason}] ${sentence}`,
    );
    return [phase, problem?.detail ?? '', JSON.stringify(rotation ?? {}), ...gateways, ...told].join('\n');
  }

  /** Waits until a site is no more; fails with what it still is. */
  async untilGone(name: string, seconds = 3000): Promise<void> {
    const end = (await this.now()) + seconds * 1000;
    for (;;) {
      const answer = await fetch(`${this.api.base}/sites/${name}`);
      if (answer.status === 404) return;
      if ((await this.now()) > end) throw new Error(`${name} is still there: ${await answer.text()}`);
      await this.pass(lookEverySeconds);
    }
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
  }
}

const network =
  '/subscriptions/7a2c9e10-4b1d-4c52-9f0e-5d1c0a6b3e21/resourceGroups/rg-spoke/providers/Microsoft.Network/virtualNetworks';

/** Id of a subnet of the default world. */
export function subnetOf(name: 'gateways' | 'small' | 'workloads', virtualNetwork = 'vnet-spoke'): string {
  return `${network}/${virtualNetwork}/subnets/${name}`;
}

/** A site's spec as a person would write it. */
export function siteSpec(name: string, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    name,
    region: 'westeurope',
    network: { subnetId: subnetOf('gateways') },
    tunnel: { edges: { primary: 'fra4-vpn.zscaler.net' } },
    ...more,
  });
}
