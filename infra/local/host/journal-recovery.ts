/** What does a journal's folder hold? The newest snapshot, and the journals that were written since. */
import type { Log } from './functions-core.js';
import type { HubRecord, InstanceState } from './hub-record.js';
import { Hub } from './hub.js';
import type { JournalFiles } from './journal-files.js';
import { decodeFrames } from './journal-frames.js';
import type { SnapshotHead } from './journal-snapshot.js';

/** A hub that was read, and where its journal goes on. */
export interface Recovered {
  readonly hub: Hub;
  /** Position of the last record. */
  readonly position: number;
  /** Number of the journal that is written to. */
  readonly number: number;
  /** Bytes of that journal; what stands behind them was cut off. */
  readonly bytes: number;
  /** Bytes of all journals since the snapshot. */
  readonly bytesSince: number;
  readonly snapshotBytes: number;
}

/** File names; a snapshot holds what the journals of lower numbers held. */
export const journalName = (number: number) => `journal-${String(number).padStart(6, '0')}`;
export const snapshotName = (number: number) => `snapshot-${String(number).padStart(6, '0')}`;

/**
 * Reads a folder; an empty one is an empty hub.
 *
 * @throws Error that says which file is spoilt, at which byte, and what can be done
 */
export async function recover(files: JournalFiles, folder: string, log: Log): Promise<Recovered> {
  const names = await files.list(folder);
  const base = numbersOf(names, 'snapshot').at(-1);
  const journals = numbersOf(names, 'journal').filter((number) => number >= (base ?? 1));
  await removeOld(files, folder, names, base ?? 1);
  const hub = new Hub();
  const head = base === undefined ? undefined : await readSnapshot(files, folder, base, hub);
  let position = head?.head.position ?? 0;
  let bytes = 0;
  let bytesSince = 0;
  const first = base ?? 1;
  if (base !== undefined && journals.length === 0) throw missing(folder, base, 'its snapshot is there');
  for (const [index, number] of journals.entries()) {
    if (number !== first + index) throw missing(folder, first + index, 'there are later ones');
    const read = await readJournal(files, folder, { number, later: journals.slice(index + 1) }, log);
    for (const line of read.lines) position = Math.max(position, take(hub, line, head?.head));
    bytes = read.soundBytes;
    bytesSince += bytes;
  }
  const number = journals.at(-1) ?? first;
  return { hub, position, number, bytes, bytesSince, snapshotBytes: head?.bytes ?? 0 };
}

function numbersOf(names: readonly string[], kind: 'journal' | 'snapshot'): readonly number[] {
  const found = names.flatMap((name) => {
    const [, number] = new RegExp(`^${kind}-(\\d{6,})$`).exec(name) ?? [];
    return number === undefined ? [] : [Number(number)];
  });
  return found.sort((one, other) => one - other);
}

/** Removes what the snapshot of a number makes useless, and snapshots that were not put in place. */
export async function removeOld(
  files: JournalFiles,
  folder: string,
  names: readonly string[],
  base: number,
): Promise<void> {
  for (const name of names) {
    const [, number] = /^(?:journal|snapshot)-(\d{6,})$/.exec(name) ?? [];
    if (name.endsWith('.tmp') || (number !== undefined && Number(number) < base))
      await files.remove(`${folder}/${name}`);
  }
}

async function readSnapshot(
  files: JournalFiles,
  folder: string,
  number: number,
  hub: Hub,
): Promise<{ readonly head: SnapshotHead; readonly bytes: number }> {
  const path = `${folder}/${snapshotName(number)}`;
  const bytes = await files.read(path);
  const { lines, soundBytes, rest } = decodeFrames(bytes);
  const [first, ...instances] = lines;
  if (rest !== 'none' || first === undefined) throw spoilt(path, soundBytes);
  const head = JSON.parse(first) as SnapshotHead; // written by takeSnapshot, and its checksum is right
  for (const line of instances) hub.restore(JSON.parse(line) as InstanceState); // likewise
  hub.lastRun = Math.max(hub.lastRun, head.lastRun);
  return { head, bytes: bytes.length };
}

/** A compaction that failed may leave an empty journal, and the one before it was written on. */
async function isAnyWritten(
  files: JournalFiles,
  folder: string,
  journals: readonly number[],
): Promise<boolean> {
  for (const number of journals)
    if ((await files.read(`${folder}/${journalName(number)}`)).length > 0) return true;
  return false;
}

async function readJournal(
  files: JournalFiles,
  folder: string,
  { number, later }: { readonly number: number; readonly later: readonly number[] },
  log: Log,
): Promise<{ readonly lines: readonly string[]; readonly soundBytes: number }> {
  const path = `${folder}/${journalName(number)}`;
  const bytes = await files.read(path);
  const { lines, soundBytes, rest } = decodeFrames(bytes);
  // A journal behind which another was written was whole when that was begun.
  if (rest === 'none') return { lines, soundBytes };
  if (rest === 'corrupt' || (await isAnyWritten(files, folder, later))) throw spoilt(path, soundBytes);
  const lost = bytes.length - soundBytes;
  log(
    'warning',
    `The last record of ${path} was cut off; the ${lost} bytes from byte ${soundBytes} on are removed. Nothing that was acknowledged is lost.`,
  );
  const file = await files.open(path);
  await file.truncate(soundBytes);
  await file.sync();
  await file.close();
  return { lines, soundBytes };
}

/** Takes a record into the hub, unless the snapshot has it already. @returns its position */
function take(hub: Hub, line: string, head: SnapshotHead | undefined): number {
  const blank = line.indexOf(' ');
  const position = Number(line.slice(0, blank));
  const isIn = head !== undefined && position <= head.position && !head.pending.includes(position);
  if (!isIn) hub.apply(JSON.parse(line.slice(blank + 1)) as HubRecord, position); // written by Journal, checksum right
  return position;
}

function spoilt(path: string, at: number): Error {
  return new Error(
    `The journal can't be read: ${path} is spoilt at byte ${at}, and there are records after it. Put a copy of the folder back; or give up what came later with "truncate -s ${at} ${path}"; or remove the folder, to begin with an empty hub.`,
  );
}

function missing(folder: string, number: number, why: string): Error {
  return new Error(
    `The journal can't be read: ${folder}/${journalName(number)} is missing, and ${why}. Put a copy of the folder back, or remove the folder, to begin with an empty hub.`,
  );
}
