/** How does one Debian guest live under User-Mode Linux? Power on and off, scripts inside it, its disk in between. */
import { spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ScriptEnd, ScriptRun } from '../../cloud/guests.js';
import { platformAddress } from './fabric.js';
import type { NetworkNamespace } from './network-namespace.js';

/** What a guest is made of. */
export interface UmlHardware {
  /** Short, unique among the lab's guests. */
  readonly name: string;
  /** Base image; what the guest writes goes beside it, into its own folder. */
  readonly image: string;
  /** Holds the guest's disk, the shared folder and the console. */
  readonly folder: string;
  readonly namespace: NetworkNamespace;
  readonly tap: string;
  readonly address: string;
  readonly memoryMiB: number;
  /** For cloud-init at the first boot; without one cloud-init doesn't run. */
  readonly cloudConfig?: string;
}

/** How often the shared folder is looked at, in milliseconds: a file of a host file system can't be waited for. */
const lookEveryMs = 20;
/** A guest that isn't up after so many seconds never will be: it takes about 8, and 15 with a cloud-init. */
const bootLimitSeconds = 120;

/** A guest, powered on and off as often as wanted. */
export class UmlGuest {
  private process: ChildProcess | undefined;
  private jobs = 0;
  private booted: Promise<void> = Promise.reject(new Error('It has no power.'));

  constructor(readonly hardware: UmlHardware) {
    this.booted.catch(() => undefined); // told to whoever waits for it
    mkdirSync(join(this.share, 'jobs'), { recursive: true });
    mkdirSync(join(this.share, 'seed'), { recursive: true });
    writeFileSync(join(this.share, 'seed', 'meta-data'), `instance-id: ${hardware.name}\n`);
    writeFileSync(join(this.share, 'seed', 'user-data'), hardware.cloudConfig ?? '#cloud-config\n');
    writeFileSync(join(this.share, 'network.sh'), networkScript(hardware.address));
  }

  /** Folder that host and guest share; `/host` inside. */
  get share(): string {
    return join(this.hardware.folder, 'share');
  }

  get isOn(): boolean {
    return this.process !== undefined;
  }

  /** Id of the process group that all of its processes are in, while it has power. */
  get processGroup(): number | undefined {
    return this.process?.pid;
  }

  /** Ends when the guest takes scripts; fails when its power goes before. */
  get isUp(): Promise<void> {
    return this.booted;
  }

  /** What it said on its serial console since power came. */
  get console(): string {
    const file = join(this.hardware.folder, 'console.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** Gives it power, with the disk as it was. */
  powerOn(): void {
    const { name, image, folder, namespace, tap, memoryMiB, cloudConfig } = this.hardware;
    rmSync(join(this.share, 'ready'), { force: true });
    const [program = '', ...words] = namespace.inside([
      'linux.uml',
      `mem=${memoryMiB}M`,
      `umid=${name}`,
      `uml_dir=${folder}`,
      `ubd0=${join(folder, 'disk.cow')},${image}`,
      'root=/dev/ubda',
      'rw',
      `vec0:transport=tap,ifname=${tap},depth=64,gro=0`,
      'con=null',
      'con0=null,fd:1',
      'ssl=null',
      `labshare=${this.share}`,
      `labname=${name}`,
      'systemd.show_status=0',
      'quiet',
      ...(cloudConfig === undefined ? ['cloud-init=disabled'] : []),
    ]);
    const console = openSync(join(folder, 'console.log'), 'w');
    // A process group of its own: all of a guest's processes are ended, or stopped for a while, by its id.
    const child = spawn(program, words, { stdio: ['ignore', console, console], detached: true });
    closeSync(console);
    this.process = child;
    child.once('exit', () => {
      if (this.process === child) this.process = undefined;
    });
    this.booted = this.waitForReady(child);
    this.booted.catch(() => undefined); // told to whoever waits for it
  }

  /** Takes its power away at once. */
  async powerOff(): Promise<void> {
    const child = this.process;
    if (child?.pid === undefined) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    process.kill(-child.pid, 'SIGKILL');
    await ended;
  }

  /** Stops its processor, or lets it go on. */
  freeze(isFrozen: boolean): void {
    // The kernel's process alone: it traces the others, and panics when one of them is stopped by somebody else.
    this.process?.kill(isFrozen ? 'SIGSTOP' : 'SIGCONT');
  }

  /** Runs a script as root, as the platform's agent would. An aborted one is killed. */
  async run({ script, environment, signal }: ScriptRun): Promise<ScriptEnd> {
    await this.booted;
    const life = this.process;
    const job = join(this.share, 'jobs', String(++this.jobs));
    // Readable for root alone until the guest has read it: the environment may hold a PSK.
    writeFileSync(`${job}.new`, JSON.stringify({ script, environment }), { mode: 0o600 });
    renameSync(`${job}.new`, `${job}.json`);
    while (!existsSync(`${job}.code`)) {
      if (life === undefined || this.process !== life) {
        for (const ending of ['json', 'stop']) rmSync(`${job}.${ending}`, { force: true });
        return { exitCode: 137, stdout: '', stderr: 'The machine lost its power.\n' };
      }
      if (signal.aborted) writeFileSync(`${job}.stop`, '');
      await pause(lookEveryMs);
    }
    rmSync(`${job}.stop`, { force: true });
    const read = (ending: string) => {
      const text = readFileSync(`${job}.${ending}`, 'utf8');
      rmSync(`${job}.${ending}`);
      return text;
    };
    return { exitCode: Number(read('code')), stdout: read('out'), stderr: read('err') };
  }

  /** Runs a script that has to succeed; its standard output. @throws Error with what it said */
  async shell(script: string, environment: Readonly<Record<string, string>> = {}): Promise<string> {
    const end = await this.run({ script, environment, signal: AbortSignal.timeout(300_000) });
    if (end.exitCode === 0) return end.stdout;
    const said = `${end.stdout}\n${end.stderr}`.trim().split('\n').slice(-12).join('\n');
    throw new Error(`A script on ${this.hardware.name} ended with ${end.exitCode}:\n${said}`);
  }

  private async waitForReady(child: ChildProcess): Promise<void> {
    const ready = join(this.share, 'ready');
    // Not the process's Date and timers, which may be faster than a real guest.
    const until = performance.now() + bootLimitSeconds * 1000;
    while (!existsSync(ready)) {
      if (this.process !== child) throw new Error(`${this.hardware.name} lost its power.`);
      if (performance.now() > until)
        throw new Error(`${this.hardware.name} doesn't come up:\n${this.console}`);
      await pause(lookEveryMs);
    }
  }
}

function networkScript(address: string): string {
  const router = address.replace(/\.\d+$/, '.1');
  return `ip addr add ${address}/24 dev eth0
ip link set eth0 up
ip route add default via ${router}
echo 'nameserver ${platformAddress}' >/etc/resolv.conf
`;
}
