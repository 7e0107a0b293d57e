/** A disk in memory for the journal's tests: it can be full, and a crash leaves what was synced and part of the rest. */
import type { JournalFile, JournalFiles } from '../../../../infra/local/host/journal-files.js';

/** A file: its bytes as a process sees them, and as they stand on the disk. */
interface Stored {
  seen: Buffer;
  kept: Buffer;
}

/** What a full disk answers. */
function noSpace(): Error {
  return Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
}

/** The disk. Names are on it once their folder was synced. */
export class Disk implements JournalFiles {
  private readonly files = new Map<string, Stored>();
  private keptNames = new Map<string, Stored>();
  /** Bytes that can still be written; a write that takes more is cut off there. */
  room = Infinity;
  /** Lets `sync` find out, as a disk that allocates late does. */
  isFullOnSync = false;
  /** Is asked before each sync; a test can hold one up. */
  beforeSync: () => Promise<void> = () => Promise.resolve();
  syncs = 0;

  list(folder: string): Promise<readonly string[]> {
    const inside = [...this.files.keys()].filter((path) => path.startsWith(`${folder}/`));
    return Promise.resolve(inside.map((path) => path.slice(folder.length + 1)));
  }

  read(path: string): Promise<Buffer> {
    return Promise.resolve(Buffer.from(this.file(path).seen));
  }

  open(path: string): Promise<JournalFile> {
    const known = this.files.get(path);
    const stored = known ?? { seen: Buffer.alloc(0), kept: Buffer.alloc(0) };
    this.files.set(path, stored);
    return Promise.resolve(this.opened(stored));
  }

  rename(from: string, to: string): Promise<void> {
    this.files.set(to, this.file(from));
    this.files.delete(from);
    return Promise.resolve();
  }

  /** A name that goes may be gone at once, before one that came earlier is there: a disk keeps no order. */
  remove(path: string): Promise<void> {
    this.files.delete(path);
    this.keptNames.delete(path);
    return Promise.resolve();
  }

  syncFolder(): Promise<void> {
    this.keptNames = new Map(this.files);
    return Promise.resolve();
  }

  /** The bytes of a file, to be looked at or spoilt. */
  bytesOf(path: string): Buffer {
    return this.file(path).seen;
  }

  /** Replaces a file's bytes. */
  put(path: string, bytes: Buffer): void {
    this.files.set(path, { seen: bytes, kept: bytes });
  }

  names(): readonly string[] {
    return [...this.files.keys()].sort();
  }

  /** What a loss of power leaves; `share` of the bytes that no sync has confirmed, from the first on. */
  afterCrash(share: number): Disk {
    const left = new Disk();
    for (const [path, { seen, kept }] of this.keptNames) {
      const more = Math.floor((seen.length - kept.length) * share);
      left.put(path, Buffer.from(more > 0 ? seen.subarray(0, kept.length + more) : kept));
    }
    return left;
  }

  private file(path: string): Stored {
    const stored = this.files.get(path);
    if (stored === undefined) throw new Error(`There is no ${path}.`);
    return stored;
  }

  private opened(stored: Stored): JournalFile {
    return {
      write: (bytes, at) => {
        const fitting = Math.min(bytes.length, this.room);
        this.room -= fitting;
        const end = Math.max(stored.seen.length, at + fitting);
        const seen = Buffer.alloc(end);
        stored.seen.copy(seen);
        Buffer.from(bytes).copy(seen, at, 0, fitting);
        stored.seen = seen;
        return fitting < bytes.length ? Promise.reject(noSpace()) : Promise.resolve();
      },
      sync: async () => {
        this.syncs++;
        await this.beforeSync();
        if (this.isFullOnSync) throw noSpace();
        stored.kept = stored.seen;
      },
      truncate: (length) => {
        stored.seen = stored.seen.subarray(0, length);
        if (stored.kept.length > length) stored.kept = stored.kept.subarray(0, length);
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    };
  }
}
