/** What does a command of a machine get, and what does it give? */
import type { Machine } from '../machine.js';
import type { Streams } from '../shell/streams.js';
import type { ScriptWorld } from '../script-world.js';

/** One call of a command. */
export interface Call {
  readonly machine: Machine;
  readonly world: ScriptWorld;
  readonly args: readonly string[];
  readonly streams: Streams;
  /** Runs another command with the same streams. */
  readonly run: (words: readonly string[]) => Promise<number>;
}

/** Gives the exit code. */
export type Command = (call: Call) => number | Promise<number>;

/** Commands by name. */
export type Commands = Readonly<Record<string, Command>>;
