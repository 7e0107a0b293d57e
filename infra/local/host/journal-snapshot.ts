/** What did the hub hold when the journal was begun anew? A snapshot, written beside and put in place at once. */
import type { InstanceState } from './hub-record.js';
import type { Hub } from './hub.js';
import type { JournalFiles } from './journal-files.js';
import { encodeFrame } from './journal-frames.js';

/** The first line of a snapshot. */
export interface SnapshotHead {
  /** Records up to this position are in it, but for those that were still on their way. */
  readonly position: number;
  readonly pending: readonly number[];
  readonly lastRun: number;
}

/** A hub at one moment; what an instance holds is never changed. */
export interface Snapshot {
  readonly head: SnapshotHead;
  readonly instances: readonly (InstanceState | Buffer)[];
}

/** Letters in one frame, about: between two frames the host does other work. */
const frameLetters = 128 * 1024;

/** Takes a hub as it is now; `pending` are records up to `position` that it hasn't taken. */
export function takeSnapshot(hub: Hub, position: number, pending: readonly number[]): Snapshot {
  const instances = Array.from(hub.instances.values(), (instance) => instance.asHeld());
  return { head: { position, pending, lastRun: hub.lastRun }, instances };
}

/**
 * Writes a snapshot and puts it in place.
 *
 * @returns its size in bytes
 * @throws what the disk says; then there is none
 */
export async function writeSnapshot(
  files: JournalFiles,
  folder: string,
  name: string,
  { head, instances }: Snapshot,
): Promise<number> {
  const beside = `${folder}/${name}.tmp`;
  const file = await files.open(beside);
  let bytes = 0;
  try {
    await file.truncate(0);
    for (const lines of framesOf(head, instances)) {
      const frame = encodeFrame(lines);
      await file.write(frame, bytes);
      bytes += frame.length;
    }
    await file.sync();
  } catch (error) {
    await file.close();
    await files.remove(beside);
    throw error;
  }
  await file.close();
  await files.rename(beside, `${folder}/${name}`);
  await files.syncFolder(folder);
  return bytes;
}

function* framesOf(head: SnapshotHead, instances: Snapshot['instances']): Generator<readonly string[]> {
  let lines = [JSON.stringify(head)];
  let letters = 0;
  for (const instance of instances) {
    const line = Buffer.isBuffer(instance) ? instance.toString() : JSON.stringify(instance);
    lines.push(line);
    letters += line.length;
    if (letters < frameLetters) continue;
    yield lines;
    lines = [];
    letters = 0;
  }
  if (lines.length > 0) yield lines;
}
