/** How does a program of the machine run to its end? */
import { spawn } from 'node:child_process';

/** What a command needs besides its words. */
export interface CommandOptions {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Told each line of both outputs. */
  readonly onLine?: (line: string) => void;
}

/** Runs a command; its standard output. @throws Error with what it said, when it ends with another code than 0 */
export async function runCommand(
  [program = '', ...words]: readonly string[],
  { input = '', environment = {}, onLine }: CommandOptions = {},
): Promise<string> {
  const child = spawn(program, words, { env: { ...process.env, ...environment } });
  const said = { out: '', err: '' };
  const hear = (which: 'out' | 'err') => (part: Buffer) => {
    said[which] += part.toString();
    if (onLine !== undefined) part.toString().split('\n').filter(Boolean).forEach(onLine);
  };
  child.stdout.on('data', hear('out'));
  child.stderr.on('data', hear('err'));
  child.stdin.on('error', () => undefined); // it may end without reading; its exit code tells
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return said.out;
  const last = (said.err || said.out).trim().split('\n').slice(-5).join('\n');
  throw new Error(`${[program, ...words].join(' ')} ended with ${String(code)}: ${last}`);
}
