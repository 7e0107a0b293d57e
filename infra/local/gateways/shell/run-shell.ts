/** How does a script end, and what did it say? */
import { Interpreter } from './interpreter.js';
import { parseShell } from './parse.js';
import { Ended } from './signals.js';
import { Input, type Streams } from './streams.js';
import type { World } from './world.js';
import { Variables } from './variables.js';

/** Runs a bash script to its end, its EXIT trap included; gives the exit code. */
export async function runShell(
  script: string,
  environment: Readonly<Record<string, string>>,
  world: World,
  output: Pick<Streams, 'out' | 'err'>,
): Promise<number> {
  const shell = new Interpreter(world, Variables.of(environment), Date.now());
  const streams = { ...output, input: new Input('') };
  const status = await untilEnd(() => shell.runAll(parseShell(script), streams));
  const { exitTrap } = shell;
  if (exitTrap === undefined) return status;
  shell.exitTrap = undefined;
  const trapped = await untilEnd(async () => {
    await shell.runAll(parseShell(exitTrap), streams);
    return status;
  });
  return trapped;
}

async function untilEnd(run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (signal) {
    if (signal instanceof Ended) return signal.status;
    throw signal;
  }
}
