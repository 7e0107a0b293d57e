/** How is a process started that will be killed? As a child that ends with the test, whatever becomes of that. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Starts a module with a wish; what it writes to its error stream goes to `log`. */
export function startChild(
  module: string,
  wish: object,
  {
    log,
    environment = {},
  }: { readonly log: (text: string) => void; readonly environment?: NodeJS.ProcessEnv },
): ChildProcess {
  const child = fork(module, [JSON.stringify(wish)], {
    execArgv: [],
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.stderr?.on('data', (text: Buffer) => {
    log(text.toString()); // no encoding is set
  });
  return child;
}

/** Kills a process by SIGKILL; it is gone when this ends. @returns whether it was alive, so that this is what ended it */
export async function killChild(child: ChildProcess): Promise<boolean> {
  if (hasEnded(child)) return false;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  return child.signalCode === 'SIGKILL';
}

/** Waits for the next message that is wanted. @throws Error when the child ends, or is killed, before it came */
export function messageOf<T>(child: ChildProcess, read: (message: unknown) => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const take = (message: unknown) => {
      // What was on its way when the child was killed tells of nobody.
      const found = child.killed ? undefined : read(message);
      if (found === undefined) return;
      stop();
      resolve(found);
    };
    const fail = (code: number | null, signal: string | null) => {
      stop();
      reject(new Error(`The process ended (${code ?? signal ?? ''}) before it was asked to.`));
    };
    const stop = () => {
      child.off('message', take);
      child.off('exit', fail);
    };
    child.on('message', take);
    child.once('exit', fail);
    if (hasEnded(child)) fail(child.exitCode, child.signalCode);
  });
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
