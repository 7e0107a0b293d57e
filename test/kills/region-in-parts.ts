/** Which region can be killed in parts? Storage that outlives all, a cloud and a host, each a process of its own. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { freePort, startStorage, type StorageService } from '../../infra/local/region/azurite.js';
import { SiteApi } from '../../infra/local/region/site-api.js';
import { killChild, messageOf, startChild } from '../child.js';
import type { CloudWish, FromCloud, FromHost, HostWish, SharedClock, ToCloud } from './parts.js';
import { compilePrograms, type Programs } from './programs.js';

/** What the cloud has seen. */
export type Seen = FromCloud & { readonly kind: 'seen' };

/** A region in parts. */
export class RegionInParts {
  /** What host and cloud wrote to their error streams, in all of their lives. */
  log = '';
  #cloud: ChildProcess | undefined;
  #host: ChildProcess | undefined;
  #settings: Readonly<Record<string, string>> = {};
  #clouds = 0;
  #isClosed = false;

  private constructor(
    private readonly folder: string,
    private readonly clock: SharedClock,
    private readonly seed: number,
    private readonly port: number,
    private readonly storage: StorageService,
    private readonly programs: Programs,
  ) {}

  /** Starts storage alone; `speed` is how many seconds pass in one. */
  static async open(seed: number, speed: number): Promise<RegionInParts> {
    const folder = mkdtempSync(join(tmpdir(), 'tunnelkeeper-kills-'));
    const clock = { speed, startAt: Date.now(), realStart: Date.now() };
    try {
      const programs = await compilePrograms(folder);
      const port = await freePort();
      const storage = await startStorage(join(folder, 'storage'));
      return new RegionInParts(folder, clock, seed, port, storage, programs);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get api(): SiteApi {
    return new SiteApi(`http://127.0.0.1:${this.port}/api`);
  }

  /** Milliseconds since the epoch, in the region's time. */
  now(): number {
    const { speed, startAt, realStart } = this.clock;
    return startAt + (Date.now() - realStart) * speed;
  }

  /** Lets so much of the region's time pass. */
  pass(seconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, (seconds * 1000) / this.clock.speed));
  }

  /** Starts an empty cloud, and the host with it. Its ids are new; the vault is the one of before. */
  async startCloudAndHost(): Promise<void> {
    const wish: CloudWish = {
      clock: this.clock,
      seed: this.seed + 1000 * ++this.#clouds,
      vaultSeed: this.seed,
      storage: this.storage.connectionString,
    };
    const cloud = this.#start(this.programs.cloud, wish);
    this.#cloud = cloud;
    this.#settings = (await this.#told(cloud, 'settings')).settings;
    await this.startHost();
    const isUp = this.#told(cloud, 'up');
    this.#tell(cloud, { kind: 'host', url: `http://127.0.0.1:${this.port}` });
    await isUp;
  }

  /** Starts the host over what the last one left. @throws Error when it is killed before it listens */
  async startHost(): Promise<void> {
    const wish: HostWish = {
      clock: this.clock,
      port: this.port,
      appFile: this.programs.app,
      journal: this.#journal,
      timers: join(this.folder, 'timers'),
    };
    const host = this.#start(this.programs.host, wish, this.#settings);
    this.#host = host;
    await messageOf(host, (message) => (message as FromHost).url); // written by run-host.ts
  }

  /** Kills the host. @throws Error when it had ended by itself */
  async killHost(): Promise<void> {
    const [host] = await this.#killAll([this.#host]);
    this.#host = undefined;
    if (host !== true) throw new Error(`The host had ended before it was killed.\n${this.log.slice(-2000)}`);
  }

  /** Kills both at one moment, or the cloud alone while no host is there yet. @throws Error when one had ended by itself */
  async killBoth(): Promise<void> {
    const [host, cloud] = await this.#killAll([this.#host, this.#cloud]);
    this.#host = undefined;
    if (host === false || cloud !== true)
      throw new Error(`Host or cloud had ended before it was killed.\n${this.log.slice(-2000)}`);
  }

  /** A copy of the journal, which may be read while the host is dead. */
  copyJournal(): string {
    const copy = join(this.folder, 'journal-copy');
    rmSync(copy, { recursive: true, force: true });
    cpSync(this.#journal, copy, { recursive: true });
    return copy;
  }

  /** What the cloud has seen since it is there. */
  async seen(): Promise<Seen> {
    const cloud = this.#cloud;
    if (cloud === undefined) throw new Error('There is no cloud yet.');
    const seen = this.#told(cloud, 'seen');
    this.#tell(cloud, { kind: 'look' });
    return seen;
  }

  /** Ends all processes, and removes all files; whoever still works with the region fails. Safe to call again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#killAll([this.#host, this.#cloud]);
    await this.storage.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #journal(): string {
    return join(this.folder, 'journal');
  }

  #start(module: string, wish: object, environment: NodeJS.ProcessEnv = {}): ChildProcess {
    if (this.#isClosed) throw new Error('The region is closed.');
    const log = (text: string) => {
      this.log += text;
    };
    return startChild(module, wish, { log, environment });
  }

  /** Kills those that are there, at one moment. @returns for each whether it was alive; `undefined` for none */
  #killAll(children: readonly (ChildProcess | undefined)[]): Promise<readonly (boolean | undefined)[]> {
    return Promise.all(children.map(async (child) => (child === undefined ? undefined : killChild(child))));
  }

  #told<K extends FromCloud['kind']>(
    cloud: ChildProcess,
    kind: K,
  ): Promise<Extract<FromCloud, { readonly kind: K }>> {
    return messageOf(cloud, (message) => {
      const told = message as FromCloud; // written by run-cloud.ts
      return isOfKind(told, kind) ? told : undefined;
    });
  }

  #tell(cloud: ChildProcess, message: ToCloud): void {
    // Whoever waits for an answer hears of a cloud that has ended.
    cloud.send(message, () => undefined);
  }
}

function isOfKind<K extends FromCloud['kind']>(
  told: FromCloud,
  kind: K,
): told is Extract<FromCloud, { readonly kind: K }> {
  return told.kind === kind;
}
