/** What goes on inside one machine between its boot and the loss of its power? */
import { Connections } from './connections.js';
import { drawGuestSeconds, type Random } from './guest-durations.js';
import type { Machine as Hardware } from '../cloud/guests.js';
import type { Agent } from './agent.js';
import { launchUnit } from './launch-unit.js';
import type { MachineDisk } from './machine-disk.js';
import type { Timings } from './machine-timings.js';
import { Network, type Way } from './network.js';
import type { Report } from './outbox.js';
import type { Pluto } from './pluto.js';
import { readCloudInit } from './read-cloud-init.js';
import { readIpsecConf, type IpsecConf } from './read-ipsec-conf.js';
import { readSecrets, type Secrets } from './read-secrets.js';
import { RemedyLock } from './remedy-lock.js';
import { ScriptWorld } from './script-world.js';
import type { ServiceEdges } from './service-edges.js';
import { Services } from './services.js';
import { runShell } from './shell/run-shell.js';
import type { Streams } from './shell/streams.js';
import { ModelGap } from './shell/syntax.js';
import { Stopped, wait } from './wait.js';

/** What all machines share, and what is known about this one from outside. */
export interface MachineSurroundings {
  readonly edges: ServiceEdges;
  readonly random: Random;
  readonly log: (line: string) => void;
  /** Whether its agent mends on the spot. */
  readonly agentMends: boolean;
  /** Brings a report to whoever listens at a URL; says whether it was taken, or refused for good. */
  readonly report: (url: string, report: Report) => Promise<boolean>;
  /** Told whenever the agent ends pluto. */
  readonly restarted: () => void;
  /** Whether the machine's subnet reaches a Debian mirror. */
  readonly reachesMirror: () => boolean;
  /** Whether the machine's distribution has no such package. */
  readonly lacksPackage: (name: string) => boolean;
  /** Told about each packet of the proxied flow that left outside ESP. */
  readonly leaked: () => void;
  readonly timings: Timings;
  readonly journal: (line: string) => void;
  /** What was told to `journal`, oldest first, the time in front. */
  readonly journalLines: () => readonly string[];
  /** Told about what the model doesn't know. */
  readonly gap: (message: string) => void;
}

/** The volatile half of a machine; its disk is the other. */
export class Machine {
  readonly network: Network;
  readonly connections: Connections;
  /** The kernel's IPsec hangs: every pluto is wedged from its start, until the machine boots again. */
  isHung = false;
  readonly services: Services;
  readonly lock = new RemedyLock();
  pluto: Pluto | undefined;
  agent: Agent | undefined;
  readonly bootedAt = Date.now();
  private ikeBegunAt = this.bootedAt;
  /** Resolves when the agent runs, which happens before cloud-init has ended. */
  readonly booted: Promise<void>;
  /** Resolves when cloud-init has ended, or at a later boot when the enabled units have started. */
  readonly initialised: Promise<void>;
  private hasBooted = false;

  constructor(
    readonly hardware: Hardware,
    readonly disk: MachineDisk,
    readonly power: AbortSignal,
    readonly around: MachineSurroundings,
  ) {
    this.network = new Network(
      hardware.privateIp,
      () => this.pluto,
      () => this.connections.review(),
    );
    this.connections = new Connections(this.network, power);
    this.services = new Services(disk, power, (unit, signal) => launchUnit(this, unit, signal));
    this.booted = this.boot();
    this.initialised = this.booted.then(() => this.initialise());
    this.inBackground(this.initialised);
  }

  /** Lets something go on that nobody waits for; losing the power on the way is no error. */
  inBackground(run: Promise<unknown>): void {
    run.catch((error: unknown) => {
      if (error instanceof ModelGap) this.around.gap(error.message);
      else if (!(error instanceof Stopped)) throw error;
    });
  }

  /** Has power, and has booted. */
  get isRunning(): boolean {
    return this.hasBooted && !this.power.aborted;
  }

  get random(): Random {
    return this.around.random;
  }

  reachesMirror(): boolean {
    return this.around.reachesMirror();
  }

  /** HTTP status of whatever listens on a port; `undefined` when nothing does. */
  answerProbe(port: number): number | undefined {
    return this.agent?.port === port ? this.agent.status : undefined;
  }

  /** Counts what left outside ESP. */
  counted(way: Way): Way {
    if (way.kind === 'leaked') this.around.leaked();
    return way;
  }

  /** pluto began to bring up tunnels, or one of them is up: what comes next is measured from here. */
  markIke(step?: 'ikeSeconds'): void {
    if (step !== undefined) this.around.timings.once(step, this.sinceIke());
    this.ikeBegunAt = Date.now();
  }

  /** Whether the proxy behind an edge answers; remembers the first time that it did. */
  serves(edge: string): boolean {
    const answered = this.around.edges.serves(edge);
    if (answered) this.around.timings.once('firstRequestSeconds', this.sinceIke());
    return answered;
  }

  readConnections(): IpsecConf {
    return readIpsecConf(this.textsOf('.conf'));
  }

  readSecrets(): Secrets {
    return readSecrets(this.textsOf('.secrets'));
  }

  applySysctl(path: string): boolean {
    const text = this.disk.read(path);
    if (text === undefined) return false;
    const [, value] = /^net\.ipv4\.ip_forward\s*=\s*(\d)/m.exec(text) ?? [];
    if (value !== undefined) this.network.forwards = value === '1';
    return true;
  }

  /** Runs a script of bash; its end is its exit code. */
  async runText(
    script: string,
    environment: Readonly<Record<string, string>>,
    signal: AbortSignal,
    output: Pick<Streams, 'out' | 'err'>,
  ): Promise<number> {
    const world = new ScriptWorld(this, signal, output.err);
    try {
      return await runShell(script, environment, world, output);
    } finally {
      this.lock.leave(world);
    }
  }

  private async boot(): Promise<void> {
    const seconds = drawGuestSeconds('boot', this.random);
    await wait(seconds, this.power);
    this.around.timings.once('bootSeconds', seconds);
    this.hasBooted = true;
  }

  private async initialise(): Promise<void> {
    for (const path of this.disk.list('/etc/sysctl.d')) this.applySysctl(path);
    await this.services.startEnabled();
    if (this.disk.isInitialised) {
      await wait(drawGuestSeconds('cloudInitAgain', this.random), this.power);
      return;
    }
    const began = Date.now();
    const { files, packages, commands } = readCloudInit(this.hardware.customData);
    for (const { path, mode, content } of files) {
      this.disk.makeFolders(path.slice(0, path.lastIndexOf('/')), 0o755);
      this.disk.write(path, content, mode);
    }
    const duration = this.reachesMirror() ? 'cloudInit' : 'packagesUnreachable';
    await wait(drawGuestSeconds(duration, this.random), this.power);
    if (this.reachesMirror()) for (const name of packages) this.disk.packages.add(name);
    const silent = { out: () => undefined, err: () => undefined };
    for (const words of commands) await this.runText(words.join(' '), {}, this.power, silent);
    this.disk.isInitialised = true;
    this.around.timings.once('cloudInitSeconds', (Date.now() - began) / 1000);
  }

  private sinceIke(): number {
    return (Date.now() - this.ikeBegunAt) / 1000;
  }

  private textsOf(ending: string): string {
    const paths = this.disk.list('/etc/ipsec.d').filter((path) => path.endsWith(ending));
    return paths.map((path) => this.disk.read(path) ?? '').join('\n');
  }
}
