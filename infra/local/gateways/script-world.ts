/** What does a script on a modelled machine find: which commands, which files? */
import type { Command, Commands } from './commands/command.js';
import { fileCommands } from './commands/file-commands.js';
import { ipsecCommand } from './commands/ipsec-command.js';
import { networkCommands } from './commands/network-commands.js';
import { packageCommands } from './commands/package-commands.js';
import { curlCommand } from './commands/curl-command.js';
import { processCommands } from './commands/process-commands.js';
import { systemctlCommand } from './commands/systemctl-command.js';
import type { Machine } from './machine.js';
import { procFile } from './proc-files.js';
import type { Sink, Streams } from './shell/streams.js';
import { ModelGap } from './shell/syntax.js';
import type { World } from './shell/world.js';
import { Stopped, wait } from './wait.js';

const commands: Commands = {
  ...fileCommands,
  ...packageCommands,
  ...processCommands,
  ...systemctlCommand,
  ...curlCommand,
  ...networkCommands,
  ...ipsecCommand,
};

/** Packages that bring a command; the others are in the image. */
const broughtBy: Readonly<Record<string, string>> = {
  ipsec: 'libreswan',
  iptables: 'iptables',
  'iptables-restore': 'iptables',
  ip: 'iproute2',
  curl: 'curl',
};

/** One script's view of its machine; ends with the machine's power, or when the script is cancelled. */
export class ScriptWorld implements World {
  umask = 0o022;

  constructor(
    private readonly machine: Machine,
    private signal: AbortSignal,
    private readonly errors: Sink,
  ) {}

  async command(
    name: string,
    args: readonly string[],
    streams: Streams,
    run: (words: readonly string[]) => Promise<number>,
  ): Promise<number> {
    if (this.signal.aborted) throw new Stopped();
    const found = this.find(name);
    if (found === undefined) {
      if (!Object.hasOwn(commands, name) && this.machine.disk.read(name) === undefined)
        throw new ModelGap(`The model knows no command ${name}.`);
      streams.err(`${name}: command not found\n`);
      return 127;
    }
    return found({
      machine: this.machine,
      world: this,
      args,
      streams,
      run,
    });
  }

  hasCommand(name: string): boolean {
    return this.find(name) !== undefined;
  }

  readFile(path: string): string | undefined {
    return this.machine.disk.read(path);
  }

  openForWriting(path: string, appends: boolean): Sink {
    if (path === '/dev/null') return () => undefined;
    const { disk } = this.machine;
    const mode = 0o666 & ~this.umask;
    if (!appends) disk.write(path, '', mode);
    return (text) => disk.write(path, `${disk.read(path) ?? ''}${text}`, mode);
  }

  setUmask(mask: number): void {
    this.umask = mask;
  }

  isFile(path: string): boolean {
    return procFile(this.machine, path) !== undefined || this.machine.disk.modeOf(path) !== undefined;
  }

  complain(line: string): void {
    this.errors(`bash: ${line}\n`);
  }

  wait(seconds: number): Promise<void> {
    return wait(seconds, this.signal);
  }

  /** What never answers, until the script is ended. */
  never(): Promise<never> {
    return new Promise((_, reject) => {
      this.signal.addEventListener('abort', () => reject(new Stopped()), { once: true });
    });
  }

  /** Waits for something, as long as the machine has power. */
  async until<T>(event: Promise<T>): Promise<T> {
    const over = new AbortController();
    const stopped = wait(longestSeconds, AbortSignal.any([this.signal, over.signal])).then(() => {
      throw new ModelGap('A modelled command waits for ever.');
    });
    try {
      return await Promise.race([event, stopped]);
    } finally {
      over.abort();
      stopped.catch(() => undefined); // the race is over: it was only there to lose
    }
  }

  /** Runs something for at most so many seconds; `undefined` when they are over, and it is ended. */
  async within<T>(seconds: number, run: () => Promise<T>): Promise<T | undefined> {
    const outer = this.signal;
    const over = new AbortController();
    this.signal = AbortSignal.any([outer, over.signal]);
    const limit = wait(seconds, this.signal).then(() => undefined);
    const event = run();
    try {
      return await Promise.race([event, limit]);
    } finally {
      this.signal = outer;
      over.abort();
      limit.catch(() => undefined); // the race is over: it was only there to lose
      event.catch(() => undefined); // a command that was given up has been stopped
    }
  }

  private find(name: string): Command | undefined {
    const { disk } = this.machine;
    const needed = broughtBy[name];
    if (needed !== undefined && !disk.packages.has(needed)) return undefined;
    const known = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (known !== undefined) return known;
    const script = disk.read(name);
    const mode = disk.modeOf(name) ?? 0;
    if (script === undefined || (mode & 0o100) === 0) return undefined;
    return ({ streams }) => this.machine.runText(script, {}, this.signal, streams);
  }
}

/** Longer than any command of a script takes: an hour. */
const longestSeconds = 3600;
