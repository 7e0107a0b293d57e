/** Does another host use this journal? A file names the process that does; one that has died holds nothing. */
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { systemCode } from './journal-files.js';

/** A held lock. */
export interface JournalLock {
  release(): void;
}

/**
 * Takes the lock of a folder, which is made when it isn't there.
 *
 * @throws Error that names the process which holds it
 */
export function lockJournal(folder: string): JournalLock {
  mkdirSync(folder, { recursive: true });
  const path = `${folder}/lock`;
  const mine = `${process.pid} ${startOf(process.pid)}`;
  // A dead holder's lock is taken away and then tried again; each try that fails otherwise says who holds it.
  for (let tries = 0; tries < 3; tries++) {
    if (write(path, mine)) return { release: () => release(path, mine) };
    const held = read(path);
    if (held === undefined) continue;
    if (isAlive(held))
      throw new Error(
        `The journal in ${folder} is used by process ${held.split(' ')[0] ?? ''}. End that host, or give this one another folder; two would spoil it.`,
      );
    takeAway(path, held);
  }
  throw new Error(`The lock ${path} changes hands; start again.`);
}

/** Written beside and put in place at once: an empty lock would look like one whose holder died over writing it. */
function write(path: string, text: string): boolean {
  if (existsSync(path)) return false; // a full disk has room for one lock, not for two
  const beside = `${path}.${process.pid}.new`;
  try {
    writeFileSync(beside, text);
    linkSync(beside, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    const why = systemCode(error) === 'ENOSPC' ? ': the disk is full, make room' : '';
    throw new Error(`The lock ${path} can't be written${why}.`, { cause: error });
  } finally {
    rmSync(beside, { force: true });
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // given back this moment
  }
}

/** Removes a dead holder's lock, unless another host has put its own there since it was read. */
function takeAway(path: string, dead: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return; // another one was quicker
  }
  if (read(aside) !== dead) linkSync(aside, path);
  rmSync(aside, { force: true });
}

function release(path: string, mine: string): void {
  if (read(path) === mine) rmSync(path, { force: true });
}

/** A process of that number may be another by now; where the system tells when it began, it has to be the same. */
function isAlive(held: string): boolean {
  const [pid = '', began = ''] = held.split(' ');
  if (!/^\d+$/.test(pid)) return false; // cut off while it was written: its writer has died
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
  const begins = startOf(Number(pid));
  return began === '' || begins === '' || begins === began;
}

/** When a process began, in the system's ticks (proc(5), stat, field 22); '' where that can't be told. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
