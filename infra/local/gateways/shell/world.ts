/** What does a shell find around it? The machine's commands and files. */
import type { Sink, Streams } from './streams.js';

/** What a script can reach. */
export interface World {
  /** Runs one of the machine's commands; `run` calls back into the shell, for commands that start others. */
  command(
    name: string,
    args: readonly string[],
    streams: Streams,
    run: (words: readonly string[]) => Promise<number>,
  ): Promise<number>;
  hasCommand(name: string): boolean;
  readFile(path: string): string | undefined;
  openForWriting(path: string, appends: boolean): Sink;
  setUmask(mask: number): void;
  isFile(path: string): boolean;
  /** What the shell itself says on its error output. */
  complain(line: string): void;
}
