/**
 * How does a hub outlive its process? Every record is appended to a file; all that wait are written at once and with one
 * fdatasync, and only then does anybody learn of them. From time to time a snapshot takes the place of what came before.
 */
import type { Log } from './functions-core.js';
import type { HubRecord } from './hub-record.js';
import type { Hub } from './hub.js';
import type { HubStore, Taken } from './hub-store.js';
import { systemCode, type JournalFile, type JournalFiles } from './journal-files.js';
import { encodeFrame } from './journal-frames.js';
import { journalName, recover, removeOld, snapshotName, type Recovered } from './journal-recovery.js';
import { takeSnapshot, writeSnapshot } from './journal-snapshot.js';

/** How a journal is kept. */
export interface JournalOptions {
  readonly folder: string;
  readonly files: JournalFiles;
  readonly log: Log;
  /** A snapshot is due once so many bytes were written since the last, and as many as that has. */
  readonly compactAfterBytes?: number;
  /** Pause before a disk that was full is tried again. */
  readonly retryAfterMs?: number;
}

/** A record that waits to be written. */
interface Waiting {
  readonly position: number;
  readonly line: string;
  /** An offer may be given back when there is no room. */
  readonly isOffer: boolean;
  readonly done: (isKept: boolean) => void;
}

const usualCompactAfterBytes = 16 * 1024 * 1024;
const usualRetryAfterMs = 1000;

/** A hub's records on a disk. */
export class Journal implements HubStore {
  private waiting: Waiting[] = [];
  private readonly offered = new Set<number>();
  private position: number;
  private number: number;
  private bytes: number;
  /** Written since the last snapshot was begun, in this journal and those before it. */
  private bytesSince: number;
  private snapshotBytes: number;
  private compacting: Promise<void> | undefined;
  private draining: Promise<void> | undefined;
  private isFull = false;
  private isTold = false;
  private isClosing = false;
  private isAbandoned = false;

  private constructor(
    private readonly options: JournalOptions,
    private readonly hub: Hub,
    private file: JournalFile,
    recovered: Recovered,
  ) {
    this.position = recovered.position;
    this.number = recovered.number;
    this.bytes = recovered.bytes;
    this.bytesSince = recovered.bytesSince;
    this.snapshotBytes = recovered.snapshotBytes;
  }

  /** Reads the folder, and opens its journal for what comes. @throws Error that says what is spoilt */
  static async open(options: JournalOptions): Promise<{ readonly hub: Hub; readonly journal: Journal }> {
    const { folder, files, log } = options;
    const recovered = await recover(files, folder, log);
    const file = await files.open(`${folder}/${journalName(recovered.number)}`);
    await files.syncFolder(folder);
    return { hub: recovered.hub, journal: new Journal(options, recovered.hub, file, recovered) };
  }

  append(record: HubRecord): Taken {
    const position = ++this.position;
    const kept = new Promise<void>((resolve) => {
      this.wait({ position, line: lineOf(position, record), isOffer: false, done: () => resolve() });
    });
    return { position, kept };
  }

  offer(record: HubRecord, apply: (position: number) => void): Promise<boolean> {
    if (this.isFull) return Promise.resolve(false);
    const position = ++this.position;
    this.offered.add(position);
    return new Promise((resolve) => {
      const done = (isKept: boolean) => {
        this.offered.delete(position);
        if (isKept) apply(position);
        resolve(isKept);
      };
      this.wait({ position, line: lineOf(position, record), isOffer: true, done });
    });
  }

  async settled(): Promise<boolean> {
    if (this.draining === undefined) return true;
    if (this.isFull) return false;
    return new Promise((resolve) => {
      // Its place in the queue is what counts; nothing is written for it.
      this.wait({ position: 0, line: '', isOffer: true, done: resolve });
    });
  }

  async close(): Promise<void> {
    // A disk that is full, or found to be, keeps nobody from ending: what waits was never acknowledged.
    this.isClosing = true;
    if (this.isFull) this.isAbandoned = true;
    await this.draining;
    await this.abandon();
  }

  /** Lets go at once, as a kill does: what isn't on its way to the disk is lost. */
  async abandon(): Promise<void> {
    this.isAbandoned = true;
    refuse(this.waiting);
    this.waiting = [];
    await this.draining;
    await this.compacting;
    await this.file.close();
  }

  private wait(waiting: Waiting): void {
    if (this.isAbandoned) refuse([waiting]);
    else this.waiting.push(waiting);
    this.draining ??= this.drain();
  }

  private async drain(): Promise<void> {
    // All that is asked for in this turn of the event loop goes into one write.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0 && !this.hasLetGo()) {
      if (this.isCompactionDue()) await this.compact();
      const batch = this.waiting;
      this.waiting = [];
      const problem = await this.write(batch);
      if (this.hasLetGo()) refuse(batch);
      else if (problem === undefined) this.keep(batch);
      else await this.giveBack(batch, problem);
    }
    this.draining = undefined;
  }

  private hasLetGo(): boolean {
    return this.isAbandoned;
  }

  private async write(batch: readonly Waiting[]): Promise<unknown> {
    const lines = batch.flatMap(({ line }) => (line === '' ? [] : [line]));
    if (lines.length === 0) return undefined;
    const frame = encodeFrame(lines);
    try {
      await this.file.write(frame, this.bytes);
      await this.file.sync();
    } catch (error) {
      // What is behind the last sound frame is written over; cut off, it can't be taken for a torn record either.
      await this.file.truncate(this.bytes).catch(() => undefined);
      return error;
    }
    this.bytes += frame.length;
    this.bytesSince += frame.length;
    return undefined;
  }

  private keep(batch: readonly Waiting[]): void {
    if (this.isTold)
      this.options.log('warning', `There is room in ${this.options.folder} again; the hub goes on.`);
    this.isFull = false;
    this.isTold = false;
    for (const { done } of batch) done(true);
  }

  /** Offers are refused; the rest waits, in its order, and is tried again. */
  private async giveBack(batch: readonly Waiting[], problem: unknown): Promise<void> {
    this.isFull = true;
    this.tell(problem);
    const all = [...batch, ...this.waiting];
    this.waiting = all.filter(({ isOffer }) => !isOffer);
    refuse(all);
    this.isAbandoned ||= this.isClosing;
    if (this.isAbandoned) return;
    await new Promise((resolve) => setTimeout(resolve, this.options.retryAfterMs ?? usualRetryAfterMs));
    // With nothing to try, the next start finds out whether there is room.
    if (this.waiting.length === 0) this.isFull = false;
  }

  /** Once, until there is room again. */
  private tell(problem: unknown): void {
    if (this.isTold) return;
    this.isTold = true;
    const what = systemCode(problem) === 'ENOSPC' ? 'is full' : `can't be written (${String(problem)})`;
    this.options.log(
      'error',
      `The disk of the journal in ${this.options.folder} ${what}: make room. Starts are refused (503) and nothing is begun until then; nothing that was acknowledged is lost, and the hub goes on by itself.`,
    );
  }

  private isCompactionDue(): boolean {
    const { compactAfterBytes = usualCompactAfterBytes } = this.options;
    const limit = Math.max(compactAfterBytes, this.snapshotBytes);
    return this.compacting === undefined && this.bytesSince > limit;
  }

  /** Begins a new journal, and writes what came before it as a snapshot while the work goes on. */
  private async compact(): Promise<void> {
    const { folder, files } = this.options;
    const number = this.number + 1;
    let file: JournalFile | undefined;
    try {
      file = await files.open(`${folder}/${journalName(number)}`);
      await files.syncFolder(folder);
      await this.file.close();
      this.file = file;
    } catch (error) {
      await file?.close();
      this.putOff(error);
      return;
    }
    this.number = number;
    this.bytes = 0;
    this.bytesSince = 0;
    const snapshot = takeSnapshot(this.hub, this.position, [...this.offered]);
    this.compacting = writeSnapshot(files, folder, snapshotName(number), snapshot)
      .then(async (bytes) => {
        this.snapshotBytes = bytes;
        await removeOld(files, folder, await files.list(folder), number);
      })
      .catch((error: unknown) => {
        this.putOff(error);
      })
      .finally(() => (this.compacting = undefined));
  }

  /** The journals stay until a snapshot has succeeded; the next is due when as much was written again. */
  private putOff(error: unknown): void {
    this.bytesSince = 0;
    this.options.log('warning', `No snapshot of ${this.options.folder} could be written: ${String(error)}`);
  }
}

/** Gives offers back; what can't be taken back is never answered. */
function refuse(waiting: readonly Waiting[]): void {
  for (const { isOffer, done } of waiting) if (isOffer) done(false);
}

function lineOf(position: number, record: HubRecord): string {
  return `${position} ${JSON.stringify(record)}`;
}
